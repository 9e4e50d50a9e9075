"""What the software enforces of a charter, told beside the article that says so."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from alliance.terms import CharterTerms, Vote, article_number
from alliance.voting import Base, Channel


def matter_labels() -> Mapping[str, str]:
    return {
        "admission": _("admission of members"),
        "expulsion": _("expulsion"),
        "withdrawal": _("leaving"),
        "charter-change": _("change of the charter"),
        "officers": _("appointment of officers"),
        "level-change": _("change of level"),
        "fees": _("fees of members"),
        "budget": _("budget and accounts"),
        "dissolution": _("dissolution"),
    }


def of(terms: CharterTerms) -> Mapping[int, list[str]]:
    """Sentences by the number of the article that they enforce."""
    found: defaultdict[int, list[str]] = defaultdict(list)

    def say(article: str, sentence: str) -> None:
        number = article_number(article)
        if number is not None and sentence not in found[number]:
            found[number].append(sentence)

    for key, vote in terms.votes.items():
        decided = "、".join(matter_labels()[one] for one in terms.matters_by(key))
        for figure, sentence in rule_sentences(vote).items():
            lead = f"{decided}：" if decided and figure == "majority" else ""
            say(vote.articles.get(figure, ""), lead + sentence)
    for name, matter in terms.matters.items():
        body = terms.bodies[terms.votes[matter.vote].body].name
        sentence = _("%(matter)s: nothing happens before %(body)s decides.") % {
            "matter": matter_labels()[name],
            "body": body,
        }
        if matter.consent:
            sentence += _(" It also needs the consent of: %(who)s.") % {"who": matter.consent}
        say(matter.article, sentence)
    for level in terms.levels.values():
        if level.fee is None:
            text = _("Level “%(level)s”: no fee is due while none is set.")
        else:
            text = _("Level “%(level)s”: %(fee)s yuan every %(months)s months.")
        say(
            level.article,
            text % {"level": level.label, "fee": level.fee, "months": level.period_months},
        )
    say(
        terms.dues.article,
        _("A fee that is not paid is overdue after %(days)s days.")
        % {"days": terms.dues.grace_days},
    )
    _leaving(terms, say)
    if terms.joining.kinds:
        say(terms.joining.article, _("An application asks for each of these conditions."))
    for post in (terms.officers or {}).values():
        say(post.article, _("Who is appointed to this post is on the register, with the days."))
    say(
        terms.meetings_article,
        ngettext(
            "At least %(count)d meeting a year.",
            "At least %(count)d meetings a year.",
            terms.meetings_per_year,
        )
        % {"count": terms.meetings_per_year},
    )
    say(terms.income.article, _("Income is booked under these heads only."))
    say(
        terms.expenditure.article,
        _("Accountant and cashier are two persons; accounts are published."),
    )
    return found


def _leaving(terms: CharterTerms, say: Callable[[str, str], None]) -> None:
    leaving = terms.leaving
    if leaving.notice_days:
        say(
            leaving.article,
            _("Who leaves gives notice %(days)s days ahead.") % {"days": leaving.notice_days},
        )
    else:
        say(leaving.article, _("Leaving begins with a written application."))
    if leaving.review:
        say(
            leaving.duties_article or leaving.article,
            _("Before anybody leaves, %(body)s reviews property and archives.")
            % {"body": terms.bodies[leaving.review].name},
        )


def rule_sentences(vote: Vote) -> Mapping[str, str]:
    """How a vote is counted, by figure: quorum, majority, notice, proxies, channels."""
    rule = vote.rule
    bases = {
        Base.ALL: _("of all who are on the list"),
        Base.PRESENT: _("of those who take part"),
        Base.CAST: _("of the votes cast"),
    }
    secret = _("secret ballot") if rule.secret else _("open ballot")
    return {
        "quorum": _("Counted only if %(share)s of the list take part.")
        % {"share": share(rule.quorum, rule.quorum_inclusive)},
        "majority": _("carried by %(share)s %(base)s, in %(secret)s")
        % {
            "share": share(rule.majority, rule.majority_inclusive),
            "base": bases[Base(rule.base)],
            "secret": secret,
        },
        "notice": _("A meeting is called %(days)s working days ahead, or it cannot be held.")
        % {"days": rule.notice_working_days},
        "proxies": ngettext(
            "Nobody holds more than %(count)d proxy.",
            "Nobody holds more than %(count)d proxies.",
            rule.proxies_per_person,
        )
        % {"count": rule.proxies_per_person},
        "channels": _("Votes are cast in the room or in writing.")
        if Channel.WRITING in rule.channels
        else _("Votes are cast in the room only."),
    }


def share(value: tuple[int, int], inclusive: bool) -> str:
    """At least 2/3, or more than 1/2."""
    number, whole = value
    text = pgettext("a share", "at least %(share)s") if inclusive else _("more than %(share)s")
    return text % {"share": f"{number}/{whole}"}
