from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core import clock
from procurement import need_drafts, needs, rulebook, splittings, standards
from procurement.checker import rule_of
from procurement.document import Document, Paragraph, Section
from procurement.models import Answer, NeedState, NeedWarning, RequirementRule
from procurement.models import ProcurementStandard as Standard
from publication.models import Notice
from tests.procurement import writing
from tests.procurement.writing import basics, corrected, draft, published, submitted
from tests.witness import refused

BANNED = "供应商注册资本不低于500万元。"


def save(need, text, *, by, key="qualifications"):
    section = need_drafts.draft_of(need)[key]
    changed = Section(key, section.title, (Paragraph(text),))
    return need_drafts.save_section(need, changed, by=by, at=clock.now())


def test_a_need_is_written_by_a_participant(cast):
    with refused("Needs are written by purchasers"):
        need_drafts.begin(cast.regulator.organisation, key="", by=cast.regulator, at=clock.now())


def test_a_need_is_published_by_a_second_person_as_a_numbered_notice(cast):
    need = published(cast)
    notice = Notice.objects.get(kind="need-notice")
    assert need.number.startswith("GXXQ-")
    assert need.state == NeedState.PUBLISHED
    assert notice.facts["need"] == need.number
    assert "政务服务受理平台建设" in notice.title
    version = need.versions.get()
    assert (version.version, version.notice, version.digest) == (1, notice.number, notice.digest)
    assert version.content == writing.document()


def test_the_writer_does_not_publish_the_need(cast):
    need = submitted(cast)
    with refused("A need is approved by a second person"):
        needs.publish(need, by=cast.owner, at=clock.now())
    with refused("A need is approved by a second person"):
        needs.publish(need, by=cast.agency, at=clock.now())
    with refused("A need is approved by a second person"):
        needs.return_(need, reason="不完整", by=cast.owner, at=clock.now())


def test_a_need_is_published_once(cast):
    need = published(cast)
    with refused("This is “%(now)s” by now"):
        needs.publish(need, by=cast.approver, at=clock.now())


def test_a_returned_need_is_submitted_again(cast):
    need = submitted(cast)
    with refused("Say what is to be corrected"):
        needs.return_(need, reason=" ", by=cast.approver, at=clock.now())
    need = needs.return_(need, reason="验收标准太笼统。", by=cast.approver, at=clock.now())
    assert need.state == NeedState.RETURNED
    need = save(need, "按附件逐项测试，全部合格为验收合格。", by=cast.owner, key="acceptance")
    need = needs.submit(need, basics(), by=cast.owner, at=clock.now())
    assert need.state == NeedState.SUBMITTED


def test_nothing_is_written_into_a_submitted_need(cast):
    need = submitted(cast)
    with refused("what you typed was not kept"):
        save(need, "别的", by=cast.owner)
    with refused("what you typed was not kept"):
        needs.submit(need, basics(), by=cast.owner, at=clock.now())


def test_a_need_with_an_empty_section_is_not_submitted(cast):
    need = save(draft(cast.owner), "", by=cast.owner, key="acceptance")
    with refused("These sections are still empty"):
        needs.submit(need, basics(), by=cast.owner, at=clock.now())


def test_an_own_section_is_added_and_taken_out(cast):
    need = draft(cast.owner)
    need, key = need_drafts.add_section(need, "运维要求", by=cast.owner, at=clock.now())
    with refused("A section has this title already"):
        need_drafts.add_section(need, "运维要求", by=cast.owner, at=clock.now())
    with refused("Give the section a title"):
        need_drafts.add_section(need, " ", by=cast.owner, at=clock.now())
    with refused("Only a section that you added"):
        need_drafts.drop_section(need, "goals", by=cast.owner, at=clock.now())
    need = need_drafts.drop_section(need, key, by=cast.owner, at=clock.now())
    assert key not in need_drafts.draft_of(need)


# ── the checker's warnings ───────────────────────────────────────────────────────────────────────


def test_a_warning_is_answered_before_the_need_is_submitted(cast):
    need = save(draft(cast.owner), BANNED, by=cast.owner)
    warning = need.warnings.get()
    assert (warning.rule, warning.answer) == ("registered-capital", Answer.OPEN)
    with refused("warnings of the requirement check are not answered"):
        needs.submit(need, basics(), by=cast.owner, at=clock.now())
    with refused("Say in a sentence why this stays"):
        need_drafts.answer(need, warning, "需要", by=cast.owner, at=clock.now())
    reason = "本项目依法律规定的特许条件要求注册资本。"
    need_drafts.answer(need, warning, reason, by=cast.owner, at=clock.now())
    need = needs.submit(need, basics(), by=cast.owner, at=clock.now())
    need = needs.publish(need, by=cast.approver, at=clock.now())
    (told,) = need.versions.get().answers
    assert (told["answer"], told["sentence"], told["reason"]) == ("justified", BANNED, reason)
    assert reason in Notice.objects.get(kind="need-notice").document.text()


def test_a_changed_sentence_answers_its_warning(cast):
    need = save(draft(cast.owner), BANNED, by=cast.owner)
    need = save(need, "供应商具有独立承担民事责任的能力。", by=cast.owner)
    assert need.warnings.get().answer == Answer.CHANGED
    need = save(need, BANNED, by=cast.owner)
    assert need.warnings.get().answer == Answer.OPEN
    save(need, "供应商具有独立承担民事责任的能力。", by=cast.owner)
    with refused("This sentence is no longer in the need"):
        need_drafts.answer(
            need, NeedWarning.objects.get(), "一个足够长的理由。", by=cast.owner, at=clock.now()
        )


# ── form, method, splitting ──────────────────────────────────────────────────────────────────────


def test_above_the_standard_for_tenders_there_is_no_choice(cast):
    need = draft(cast.owner)
    large = basics(budget=Decimal(3_000_000), method="inquiry", departure="急需")
    with refused("the law leaves no choice"):
        needs.submit(need, large, by=cast.owner, at=clock.now())


def test_another_method_than_the_proposed_one_asks_for_a_reason(cast):
    need = draft(cast.owner)
    other = basics(method="open-tender")
    with refused("You chose another method"):
        needs.submit(need, other, by=cast.owner, at=clock.now())
    other = basics(method="open-tender", departure="潜在供应商多，公开招标更充分。")
    need = needs.submit(need, other, by=cast.owner, at=clock.now())
    assert (need.form, need.method) == ("dispersed", "open-tender")


def test_parts_that_together_reach_a_limit_are_told(cast):
    part = {"budget": Decimal(300_000)}
    first = submitted(cast, **part)
    assert splittings.splitting_of(first, clock.now()) is None
    second = submitted(cast, **part, title="政务服务受理平台二期")
    found = splittings.splitting_of(second, clock.now())
    assert found.limit == Decimal(500_000)
    assert {one.code for one in found.parts} == {first.code, second.code}
    assert len(splittings.split_groups(clock.now())) == 1
    assert second.form == "dispersed"  # judged by the sum


# ── corrections, end ─────────────────────────────────────────────────────────────────────────────


def test_a_correction_is_the_next_version_and_a_linked_notice(cast):
    need = save(corrected(cast), "平台并发用户不少于800个。", by=cast.owner, key="content")
    need = needs.submit(need, basics(title="政务服务平台"), by=cast.owner, at=clock.now())
    with refused("A need is approved by a second person"):
        needs.publish(need, by=cast.owner, at=clock.now())
    need = needs.publish(need, by=cast.approver, at=clock.now())
    newest, first = need.versions.all()
    notice = Notice.objects.get(number=newest.notice)
    assert (newest.version, newest.reason, need.title) == (2, "并发用户数写错。", "政务服务平台")
    assert notice.follows.number == first.notice
    assert notice.version == 2
    assert first.content == writing.document()


def test_a_correction_given_up_leaves_the_published_version(cast):
    need = save(corrected(cast), "别的内容。", by=cast.owner, key="content")
    with refused("A correction of this need is being written already"):
        needs.begin_correction(need, reason="又一处", by=cast.owner, at=clock.now())
    need = needs.drop_correction(need, by=cast.owner, at=clock.now())
    assert need_drafts.draft_of(need) == writing.document()
    with refused("No correction of this need is being written"):
        needs.drop_correction(need, by=cast.owner, at=clock.now())


def test_a_returned_correction_is_written_on(cast):
    need = needs.submit(corrected(cast), basics(), by=cast.owner, at=clock.now())
    need = needs.return_(need, reason="理由不充分。", by=cast.approver, at=clock.now())
    assert need.is_written
    assert need.state == NeedState.PUBLISHED


def test_an_ended_need_has_its_notice_and_stays(cast):
    need = published(cast)
    with refused("State the reason"):
        needs.withdraw(need, reason=" ", by=cast.approver, at=clock.now())
    need = needs.withdraw(need, reason="预算取消。", by=cast.approver, at=clock.now())
    assert Notice.objects.filter(kind="need-withdrawal").count() == 1
    with refused("cannot become"):
        needs.withdraw(need, reason="预算取消。", by=cast.approver, at=clock.now())


def test_a_need_without_an_argument_is_settled_with_a_reason(cast):
    need = corrected(cast)
    with refused("A correction of this need is being written"):
        needs.settle(need, reason="金额小，不需论证。", by=cast.approver, at=clock.now())
    need = needs.drop_correction(need, by=cast.owner, at=clock.now())
    need = needs.settle(need, reason="金额小，不需论证。", by=cast.approver, at=clock.now())
    assert need.state == NeedState.SETTLED
    with refused("This is “%(now)s” by now"):
        needs.begin_correction(need, reason="写错", by=cast.owner, at=clock.now())


def test_a_published_version_is_never_changed(cast):
    version = published(cast).versions.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()
    version.reason = "另一个"
    with pytest.raises(DatabaseError), transaction.atomic():
        version.save()


def test_a_draft_is_deleted_until_it_is_submitted(cast):
    need = submitted(cast)
    with refused("This is “%(now)s” by now"):
        need_drafts.discard(need, by=cast.owner, at=clock.now())
    need_drafts.discard(draft(cast.owner), by=cast.owner, at=clock.now())


# ── standards and rules ──────────────────────────────────────────────────────────────────────────


def test_a_standard_supersedes_the_one_before_from_its_day(cast):
    first = writing.standard()
    tomorrow = writing.tomorrow()
    second = writing.standard(from_on=tomorrow, title="下一版")
    first.refresh_from_db()
    assert (first.until_on, second.version) == (tomorrow, 2)
    assert standards.in_force(second.region, tomorrow) == second
    assert standards.in_force(second.region, tomorrow - timedelta(days=1)) == first
    with refused("A new version begins today or later"):
        writing_again(cast, second, from_on=tomorrow)


def writing_again(cast, standard, **changes):
    given = {"title": "又一版", "year": 2026, "source": "文件", "limits": {}, "rows": [], **changes}
    standards.enact(standard.region, by=cast.operator, at=clock.now(), **given)


def test_a_standard_names_its_source_and_its_limits_agree(cast):
    standard = writing.standard()
    day = writing.tomorrow()
    with refused("Name the document"):
        writing_again(cast, standard, from_on=day, source=" ")
    limits = {"goods_from": Decimal(2), "goods_tender": Decimal(1)}
    with refused("lies below the limit"):
        writing_again(cast, standard, from_on=day, limits=limits)
    rows = [standards.Row("C", "会议", "services", "central")] * 2
    with refused("stands twice in the catalogue"):
        writing_again(cast, standard, from_on=day, rows=rows)
    assert Standard.objects.count() == 1


def test_a_rule_is_revised_in_versions_and_switched_off(cast):
    rulebook.load()
    assert rulebook.load() == 0
    row = RequirementRule.objects.get(name="profit")
    rule = rulebook.as_rule(row)
    with refused("Nothing differs"):
        rulebook.revise(row, rule, is_on=True, by=cast.operator, at=clock.now())
    odd = rule_of({**vars(rule), "patterns": ["没有的词"]})
    with refused("does not find the sentence that must trip it"):
        rulebook.revise(row, odd, is_on=True, by=cast.operator, at=clock.now())
    odd = rule_of({**vars(rule), "patterns": ["利润"], "exceptions": []})
    with refused("finds the sentence that must not trip it"):
        rulebook.revise(row, odd, is_on=True, by=cast.operator, at=clock.now())
    odd = rule_of({**vars(rule), "patterns": ["("]})
    with refused("not a regular expression"):
        rulebook.revise(row, odd, is_on=True, by=cast.operator, at=clock.now())
    rulebook.revise(row, rule, is_on=False, by=cast.operator, at=clock.now())
    assert "profit" not in {one.name for one in rulebook.in_force()}
    with refused("Somebody else revised this rule"):
        rulebook.revise(row, rule, is_on=True, by=cast.operator, at=clock.now())


def test_a_draft_begins_with_the_standard_sections(cast):
    need = need_drafts.begin(cast.owner.organisation, key="", by=cast.owner, at=clock.now())
    assert need_drafts.draft_of(need) == Document.blank()
