"""The addresses of meetings, fees, accounts and leaving."""

from django.urls import path

from alliance.views import finance, leaving, meetings

DESK = "desk/alliances"
OF = f"{DESK}/<slug:number>"
council = [
    path("alliances/<slug:number>/decisions/", meetings.decisions, name="decisions"),
    path("alliances/<slug:number>/accounts/", finance.accounts, name="accounts"),
    path("alliances/meetings/<slug:number>/", meetings.meeting, name="meeting"),
    path("alliances/meetings/<slug:number>/votes.json", meetings.votes_json, name="votes-json"),
    path(f"{OF}/meetings/", meetings.desk_meetings, name="desk-meetings"),
    path(f"{OF}/meetings/call/", meetings.meeting_call, name="meeting-call"),
    path(
        f"{OF}/meetings/call/autosave/",
        meetings.meeting_call_autosave,
        name="meeting-call-autosave",
    ),
    path(f"{DESK}/meetings/<slug:number>/", meetings.desk_meeting, name="desk-meeting"),
    path(f"{DESK}/meetings/<slug:number>/answer/", meetings.meeting_answer, name="meeting-answer"),
    path(f"{DESK}/meetings/<slug:number>/attend/", meetings.meeting_attend, name="meeting-attend"),
    path(f"{DESK}/meetings/<slug:number>/open/", meetings.meeting_open, name="meeting-open"),
    path(f"{DESK}/meetings/<slug:number>/close/", meetings.meeting_close, name="meeting-close"),
    path(f"{DESK}/meetings/<slug:number>/cancel/", meetings.meeting_cancel, name="meeting-cancel"),
    path(f"{DESK}/meetings/<slug:number>/minutes/", meetings.minutes_sign, name="minutes-sign"),
    path(
        f"{DESK}/meetings/<slug:number>/minutes/edit/", meetings.minutes_edit, name="minutes-edit"
    ),
    path(f"{DESK}/motions/<code>/<int:place>/vote/", meetings.motion_vote, name="motion-vote"),
    path(
        f"{DESK}/motions/<code>/<int:place>/recuse/", meetings.motion_recuse, name="motion-recuse"
    ),
    path(f"{OF}/ledger/", finance.books, name="ledger"),
    path(f"{OF}/ledger/ledger.csv", finance.ledger_csv, name="ledger-csv"),
    path(f"{OF}/ledger/enter/", finance.entry_new, name="entry-new"),
    path(f"{OF}/ledger/prepare/", finance.statement_prepare, name="statement-prepare"),
    path(f"{DESK}/entries/<code>/", finance.entry, name="entry"),
    path(f"{DESK}/entries/<code>/confirm/", finance.entry_confirm, name="entry-confirm"),
    path(f"{DESK}/entries/<code>/refuse/", finance.entry_refuse, name="entry-refuse"),
    path(f"{DESK}/entries/<code>/reverse/", finance.entry_reverse, name="entry-reverse"),
    path(f"{DESK}/statements/<code>/", finance.statement, name="statement"),
    path(f"{DESK}/statements/<code>/publish/", finance.statement_publish, name="statement-publish"),
    path(f"{DESK}/statements/<code>/discard/", finance.statement_discard, name="statement-discard"),
    path(f"{OF}/dues/", finance.desk_dues, name="desk-dues"),
    path(f"{OF}/dues/raise/", finance.dues_raise, name="dues-raise"),
    path(f"{OF}/dues/scale/", finance.scale_propose, name="scale-propose"),
    path(f"{DESK}/dues/<code>/waive/", finance.due_waive, name="due-waive"),
    path(f"{DESK}/receipts/<code>/receipt.pdf", finance.receipt, name="receipt"),
    path(f"{OF}/leavings/", leaving.leavings, name="leavings"),
    path(f"{OF}/leave/", leaving.leave, name="leave"),
    path(f"{OF}/leavings/charge/", leaving.charge, name="charge"),
    path(f"{DESK}/withdrawals/<code>/", leaving.withdrawal, name="withdrawal"),
    path(
        f"{DESK}/withdrawals/<code>/correct/", leaving.withdrawal_correct, name="withdrawal-correct"
    ),
    path(
        f"{DESK}/withdrawals/<code>/take-back/",
        leaving.withdrawal_take_back,
        name="withdrawal-take-back",
    ),
    path(f"{DESK}/withdrawals/<code>/accept/", leaving.withdrawal_accept, name="withdrawal-accept"),
    path(f"{DESK}/withdrawals/<code>/return/", leaving.withdrawal_return, name="withdrawal-return"),
    path(f"{DESK}/withdrawals/<code>/review/", leaving.withdrawal_review, name="withdrawal-review"),
    path(
        f"{DESK}/withdrawals/<code>/certificate/",
        leaving.withdrawal_certificate,
        name="withdrawal-certificate",
    ),
    path(f"{DESK}/expulsions/<code>/", leaving.expulsion, name="expulsion"),
    path(f"{DESK}/expulsions/<code>/state/", leaving.expulsion_state, name="expulsion-state"),
    path(f"{DESK}/expulsions/<code>/hear/", leaving.expulsion_hear, name="expulsion-hear"),
    path(f"{DESK}/expulsions/<code>/drop/", leaving.expulsion_drop, name="expulsion-drop"),
]
