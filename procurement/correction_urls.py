"""The addresses of the corrections of inquiries, all of the desk."""

from django.urls import path

from procurement.views import correction_desk

urlpatterns = [
    path(
        "desk/procurement/inquiries/<slug:code>/correct/",
        correction_desk.correction_new,
        name="correction-new",
    ),
    path(
        "desk/procurement/corrections/<slug:code>/",
        correction_desk.desk_correction,
        name="desk-correction",
    ),
    *(
        path(
            f"desk/procurement/corrections/<slug:code>/{deed}/",
            getattr(correction_desk, f"correction_{deed}"),
            name=f"correction-{deed}",
        )
        for deed in ("edit", "autosave", "submit", "publish", "return", "discard")
    ),
]
