"""The addresses of orders: public ones, and those of the desk."""

from django.urls import path, re_path

from marketplace.views import bidding, order_desk, orders

demand = [
    path("orders/", orders.order_list, name="orders"),
    re_path(r"^orders/export\.(?P<kind>csv|xlsx)$", orders.order_export, name="order-export"),
    path("orders/<slug:number>/", orders.order_detail, name="order-detail"),
    path("orders/<slug:number>/draw/", orders.order_draw, name="order-draw"),
    path("orders/<slug:number>/draw.json", orders.order_bundle, name="order-bundle"),
    path("orders/<slug:number>/bid/", bidding.order_bid, name="order-bid"),
    path("orders/<slug:number>/witness/<str:token>/", bidding.order_witness, name="order-witness"),
    path("desk/orders/", order_desk.desk_orders, name="desk-orders"),
    path("desk/orders/new/", order_desk.order_new, name="order-new"),
    path("desk/orders/<slug:code>/", order_desk.desk_order, name="desk-order"),
    path("desk/orders/<slug:code>/edit/", order_desk.order_edit, name="order-edit"),
    path("desk/orders/<slug:code>/edit/<slug:step>/", order_desk.order_step, name="order-step"),
    path(
        "desk/orders/<slug:code>/edit/<slug:step>/autosave/",
        order_desk.order_autosave,
        name="order-autosave",
    ),
    path(
        "desk/orders/<slug:code>/edit/<slug:step>/outlook/",
        order_desk.order_outlook,
        name="order-outlook",
    ),
    path("desk/orders/<slug:code>/submit/", order_desk.order_submit, name="order-submit"),
    path("desk/orders/<slug:code>/discard/", order_desk.order_discard, name="order-discard"),
    path("desk/orders/<slug:code>/publish/", order_desk.order_publish, name="order-publish"),
    path("desk/orders/<slug:code>/return/", order_desk.order_return, name="order-return"),
    path("desk/orders/<slug:code>/withdraw/", order_desk.order_withdraw, name="order-withdraw"),
    path("desk/orders/<slug:code>/close/", order_desk.order_close, name="order-close"),
    path(
        "desk/orders/<slug:code>/witnesses/<slug:witness>/invite/",
        bidding.order_invite,
        name="order-invite",
    ),
    path("desk/orders/<slug:code>/witnesses/", bidding.order_witnesses, name="order-witnesses"),
    path("desk/orders/<slug:code>/dice/", bidding.order_dice, name="order-dice"),
    path("desk/orders/<slug:code>/evaluate/", order_desk.order_evaluate, name="order-evaluate"),
    path("desk/bids/<slug:code>/", bidding.bid_detail, name="bid-detail"),
    path("desk/bids/<slug:code>/withdraw/", bidding.bid_withdraw, name="bid-withdraw"),
]
