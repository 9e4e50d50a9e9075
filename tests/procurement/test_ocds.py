"""Needs, arguments, inquiries and composed notices as open contracting data: one record each."""

import json
from decimal import Decimal
from itertools import permutations

import pytest
from django.urls import reverse

from contracts import changes
from contracts.models import Agreement
from core import clock
from core.numbering import new_code
from procurement import arguments, comments, composing, inquiries, need_drafts, needs, opening
from procurement.notice_kinds import TERMINATION
from publication import ocds, releases
from publication.models import Release
from tests.procurement import buying, noticing, writing

pytestmark = pytest.mark.django_db


def settled(cast):
    """Published by its own rules, so that its planning is released; cheap enough for an inquiry."""
    row = writing.published(
        cast, budget=Decimal("200000.00"), method="inquiry", departure="服务内容明确。"
    )
    return needs.settle(row, reason="金额较小。", by=cast.approver, at=clock.now())


def said(number):
    buying.carry_news()
    return [row.json for row in Release.objects.filter(number=number).order_by("released_at", "pk")]


def tags(number):
    return [one["tag"] for one in said(number)]


def whole(number):
    buying.carry_news()
    return releases.record_of(number)["compiledRelease"]


def composed(cast, kind, need, **typed):
    return composing.publish(
        noticing.submitted(cast, kind, need=need, **typed), by=cast.approver, at=clock.now()
    )


def followed(cast, made, *, ends=False, **typed):
    """The notice corrected, or ended."""
    kind = TERMINATION if ends else made.kind
    row = composing.begin(
        made.need, kind, key="", by=cast.owner, at=clock.now(), follows=made.notice
    )
    composing.save(row, {**row.typed, **typed}, by=cast.owner, at=clock.now())
    row.refresh_from_db()
    row = composing.submit(row, by=cast.owner, at=clock.now())
    return composing.publish(row, by=cast.approver, at=clock.now())


def test_from_the_need_to_the_last_acceptance_all_is_one_process(cast, later):
    need = settled(cast)
    procedure = buying.published(cast, row=need)
    for seat, price in ((cast.agency, "150000.00"), (cast.rival, "160000.00")):
        buying.quote(procedure, seat, price)
    buying.quote(procedure, buying.third(), "170000.00")
    buying.quote(procedure, buying.seated("fourth"), "175000.00")
    buying.until(later, procedure.open_until)
    procedure = opening.close(procedure, by=cast.owner, at=clock.now())
    procedure = buying.examine(procedure, cast.owner, Agency="没有响应交付期限。")
    buying.completed(procedure, cast, cast.rival)
    assert tags(need.number) == [
        ["planning"],
        ["tender"],
        ["tenderUpdate"],
        ["award"],
        ["contract"],
        ["implementation"],
        ["contractTermination"],
        ["implementation"],
    ]
    told = whole(need.number)
    assert told["ocid"] == f"ocds-gongxn-{need.number}"
    assert told["planning"]["budget"]["amount"]["amount"] == 200000
    tender = told["tender"]
    assert (tender["status"], tender["awardCriteria"]) == ("complete", "priceOnly")
    assert tender["numberOfTenderers"] == 4
    assert tender["draw"]["url"].endswith(
        reverse("procurement:inquiry-bundle", args=[procedure.number])
    )
    judged = {one["tenderers"][0]["name"]: one for one in told["bids"]["details"]}
    assert judged["Agency"]["status"] == "disqualified"
    assert judged["Rival"]["status"] == judged["Third"]["status"] == "valid"
    assert judged["Agency"]["value"]["amount"] == 150000
    (award,) = told["awards"]
    assert award["suppliers"][0]["name"] == "Rival"
    assert award["value"]["amount"] == 160000
    assert len(award["documents"]) == 2  # the result, and the award letter
    (contract,) = told["contracts"]
    assert (contract["awardID"], contract["status"]) == (award["id"], "terminated")
    assert [one["documentType"] for one in contract["documents"]] == ["contractNotice"]
    (done,) = contract["implementation"]["milestones"]
    assert (done["status"], done["type"]) == ("met", "delivery")
    (report,) = contract["implementation"]["documents"]
    assert report["documentType"] == "completionCertificate"
    roles = {one["name"]: set(one["roles"]) for one in told["parties"]}
    assert roles["Rival"] == {"tenderer", "supplier"}
    kept = said(need.number)
    for mixed in list(permutations(kept))[:24]:
        assert ocds.compiled(mixed) == ocds.compiled(kept)


def test_before_the_opening_nothing_tells_who_quotes(cast, later):
    need = settled(cast)
    procedure = buying.published(cast, row=need)
    for seat in (cast.agency, cast.rival, buying.third()):
        buying.quote(procedure, seat)
    kept = said(need.number)
    assert [one["tag"] for one in kept] == [["planning"], ["tender"]]
    assert cast.agency.organisation.uscc not in json.dumps(kept)
    buying.until(later, procedure.open_until)
    opening.close(procedure, by=cast.owner, at=clock.now())
    told = said(need.number)[-1]
    assert [one["status"] for one in told["bids"]["details"]] == ["pending"] * 3
    assert {one["value"]["amount"] for one in told["bids"]["details"]} == {150000}
    assert [one["documentType"] for one in told["tender"]["documents"]] == ["bidders"]


def test_a_failed_inquiry_and_the_one_that_follows_are_two_processes(cast, later):
    need = settled(cast)
    first = buying.published(cast, row=need)
    buying.quote(first, cast.agency)
    buying.until(later, first.open_until)
    opening.close(first, by=cast.owner, at=clock.now())
    told = whole(need.number)
    assert told["tender"]["status"] == "unsuccessful"
    assert "不足 3 家" in told["tender"]["amendments"][0]["rationale"]
    (bid,) = told["bids"]["details"]
    assert bid["status"] == "pending"
    assert "value" not in bid  # its envelope stays shut
    second = buying.published(cast, row=need)
    inquiries.withdraw(second, reason="项目取消。", by=cast.owner, at=clock.now())
    assert second.process == second.number
    again = whole(second.number)
    (before,) = again["relatedProcesses"]
    assert before["identifier"] == told["ocid"]
    assert before["relationship"] == ["planning", "unsuccessfulProcess"]
    assert again["planning"]["budget"]["amount"]["amount"] == 200000
    assert again["tender"]["status"] == "cancelled"
    third = buying.published(cast, row=need)
    names = {
        one["identifier"]: one["relationship"] for one in whole(third.number)["relatedProcesses"]
    }
    assert names == {told["ocid"]: ["planning"], again["ocid"]: ["unsuccessfulProcess"]}
    assert whole(need.number)["tender"]["status"] == "unsuccessful"  # as it was


def test_a_winner_who_lets_go_has_his_award_cancelled(cast, later):
    need = settled(cast)
    procedure = buying.published(cast, row=need)
    third = buying.third()
    for seat, price in ((cast.agency, "150000"), (cast.rival, "160000"), (third, "170000")):
        buying.quote(procedure, seat, price)
    buying.until(later, procedure.open_until)
    procedure = opening.close(procedure, by=cast.owner, at=clock.now())
    buying.examine(procedure, cast.owner)
    buying.carry_news()
    agreement = Agreement.objects.about(procedure).get()
    buying.agreements.decline(agreement, reason="不能按期交付。", by=cast.agency, at=clock.now())
    assert tags(need.number)[-1] == ["award", "awardUpdate"]
    first, second = whole(need.number)["awards"]
    assert (first["status"], second["status"]) == ("cancelled", "active")
    assert first["suppliers"][0]["name"] == "Agency"
    assert second["suppliers"][0]["name"] == "Rival"
    procedure.refresh_from_db()
    agreement = buying.contracted(procedure, cast, cast.rival)
    assert whole(need.number)["contracts"][0]["awardID"] == second["id"]
    change = changes.ask_termination(agreement, reason="项目停建。", by=cast.owner, at=clock.now())
    changes.grant(change, by=cast.rival, at=clock.now())
    assert whole(need.number)["contracts"][0]["status"] == "terminated"


def test_a_public_argument_is_a_milestone_of_the_planning(cast, later):
    need = writing.published(cast)
    argument = buying.argued(cast, need)
    told = whole(need.number)
    (milestone,) = told["planning"]["milestones"]
    assert (milestone["type"], milestone["status"]) == ("engagement", "scheduled")
    assert milestone["dueDate"] == argument.closes_at.astimezone(ocds.SHANGHAI).isoformat()
    buying.until(later, argument.opens_at)
    made = buying.comment(argument, cast.agency)
    comments.reply(made, stance="adopted", text="已明确。", by=cast.owner, at=clock.now())
    buying.until(later, argument.closes_at)
    arguments.close(
        argument, conclusion="kept", result="维持采购需求。", by=cast.approver, at=clock.now()
    )
    told = whole(need.number)
    (milestone,) = told["planning"]["milestones"]
    assert (milestone["status"], milestone["title"][:4]) == ("met", "采购需求")
    assert [one["documentType"] for one in told["planning"]["documents"]] == [
        "needsAssessment",
        "hearingNotice",
        "feasibilityStudy",
        "clarifications",
    ]


def test_an_ended_argument_is_not_met(cast):
    need = writing.published(cast)
    argument = buying.argued(cast, need)
    arguments.withdraw(argument, reason="需求要改。", by=cast.approver, at=clock.now())
    (milestone,) = whole(need.number)["planning"]["milestones"]
    assert milestone["status"] == "notMet"


def test_a_corrected_need_updates_the_planning_and_an_ended_one_cancels(cast):
    need = writing.corrected(cast)
    need = need_drafts.save_section(
        need,
        writing.document(content="并发用户不少于800个。")["content"],
        by=cast.owner,
        at=clock.now(),
    )
    need = needs.submit(
        need, writing.basics(budget=Decimal("590000.00")), by=cast.owner, at=clock.now()
    )
    need = needs.publish(need, by=cast.approver, at=clock.now())
    assert tags(need.number) == [["planning"], ["planningUpdate"]]
    told = whole(need.number)
    assert told["planning"]["rationale"] == "并发用户数写错。"
    assert told["planning"]["budget"]["amount"]["amount"] == 590000
    assert told["tender"]["status"] == "planned"
    assert len(told["planning"]["documents"]) == 2
    needs.withdraw(need, reason="项目取消。", by=cast.approver, at=clock.now())
    told = whole(need.number)
    assert told["tender"]["status"] == "cancelled"
    assert told["tender"]["amendments"][0]["rationale"] == "项目取消。"


def test_composed_notices_of_a_tender_become_its_record(cast):
    need = writing.published(cast)
    made = composed(cast, "procurement-tender", need, ceiling="570000.00")
    followed(cast, made, ceiling="560000.00", reason="最高限价写错。")
    composed(cast, "procurement-candidates", need)
    told = whole(need.number)
    assert tags(need.number) == [["planning"], ["tender"], ["tenderAmendment"], ["tenderUpdate"]]
    tender = told["tender"]
    assert (tender["status"], tender["procurementMethod"]) == ("active", "open")
    assert tender["value"]["amount"] == 560000
    assert [one["rationale"] for one in tender["amendments"]] == ["最高限价写错。"]
    assert [one["documentType"] for one in tender["documents"]] == [
        "tenderNotice",
        "tenderNotice",
        "evaluationReports",
    ]
    composed(cast, "procurement-result", need, winner="Agency", amount="550000.00")
    composed(cast, "procurement-acceptance", need, supplier="Agency", amount="550000.00")
    told = whole(need.number)
    (award,) = told["awards"]
    assert award["suppliers"][0]["id"] == f"CN-USCC-{cast.agency.organisation.uscc}"
    (contract,) = told["contracts"]
    assert (contract["awardID"], contract["value"]["amount"]) == (award["id"], 550000)
    assert contract["implementation"]["milestones"][0]["status"] == "met"


def test_an_unknown_winner_is_named_and_an_ended_result_cancelled(cast):
    need = writing.published(cast)
    made = composed(cast, "procurement-result", need, winner="远方某公司")
    corrected = followed(cast, made, amount="540000.00", reason="金额写错。")
    told = whole(need.number)
    (award,) = told["awards"]
    assert award["value"]["amount"] == 540000
    assert award["suppliers"][0]["name"] == "远方某公司"
    assert award["suppliers"][0]["id"] in {one["id"] for one in told["parties"]}
    followed(cast, corrected, ends=True, reason="质疑成立。")
    assert tags(need.number)[-1] == ["awardCancellation"]
    assert whole(need.number)["awards"][0]["status"] == "cancelled"
    composed(cast, "procurement-acceptance", need, supplier="远方某公司")
    told = whole(need.number)
    assert len(told["awards"]) == 2  # none was in force: the acceptance tells of one
    assert told["contracts"][0]["awardID"] == told["awards"][1]["id"]


@pytest.mark.parametrize(
    ("kind", "tag", "status"),
    [
        ("procurement-intention", "planningUpdate", "planned"),
        ("procurement-single-source", "planningUpdate", "planned"),
        ("procurement-prequalification", "tenderCancellation", "cancelled"),
        ("procurement-consultation", "tenderCancellation", "cancelled"),
        ("procurement-negotiation", "tenderCancellation", "cancelled"),
        ("procurement-candidates", "tenderUpdate", "planned"),
        ("procurement-acceptance", "implementationUpdate", "planned"),
    ],
)
def test_a_termination_ends_what_its_notice_told(kind, tag, status, cast):
    need = writing.published(cast)
    made = composed(cast, kind, need)
    followed(cast, made, ends=True, reason="采购任务取消。")
    assert tags(need.number)[-1] == [tag]
    assert whole(need.number)["tender"]["status"] == status


def test_a_decision_about_a_complaint_names_who_decided(cast):
    need = writing.published(cast)
    regulator = buying.seated("watchdog", standing="regulator", kind="institution")
    second = buying.seated("seconder", organisation=regulator.organisation)
    made = composing.begin(
        need, "procurement-complaint", key=new_code(), by=regulator, at=clock.now()
    )
    typed = noticing.typed("procurement-complaint")
    composing.save(made, typed, by=regulator, at=clock.now())
    made.refresh_from_db()
    made = composing.submit(made, by=regulator, at=clock.now())
    composing.publish(made, by=second, at=clock.now())
    told = whole(need.number)
    roles = {one["name"]: one["roles"] for one in told["parties"]}
    assert roles[regulator.organisation.name] == ["reviewBody"]
    assert told["tender"]["documents"][-1]["documentType"] == "complaints"


def test_pages_of_a_process_lead_to_its_record(cast, client):
    need = settled(cast)
    procedure = buying.published(cast, row=need)
    buying.carry_news()
    record = reverse("publication:ocds-record", args=[need.number])
    for page in (need.get_absolute_url(), procedure.get_absolute_url()):
        assert record in client.get(page).content.decode()
    assert client.get(record).status_code == 200
