"""The gateway to the mail server: plain text, one recipient, no attachment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils.translation import override

from core.gateways import GatewayRefused, GatewayUnavailable
from core.models import Letter


@contextmanager
def connected() -> Iterator[Callable[[Letter], None]]:
    """`send(letter)` over one connection, opened with the first letter.

    It raises GatewayUnavailable or GatewayRefused.
    """
    connection = get_connection()

    def send(letter: Letter) -> None:
        try:
            connection.send_messages([message(letter)])
        except SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            kind = GatewayRefused if all(code >= 500 for code in codes) else GatewayUnavailable
            raise kind(f"the recipient was refused: {codes}") from refused
        except SMTPResponseException as answer:
            raise GatewayUnavailable(f"the mail server answers {answer.smtp_code}") from answer
        except (OSError, SMTPException) as fault:
            connection.close()  # half a dialogue is of no use to the next letter
            raise GatewayUnavailable(f"the mail server: {fault}") from fault

    try:
        yield send
    finally:
        connection.close()


def message(letter: Letter) -> EmailMessage:
    """The mail of a letter; its Message-ID is the same however often it is made."""
    host = urlsplit(settings.SITE_URL).hostname
    link, leave = _whole(letter.secret_link or letter.link), _whole(letter.leave_link)
    facts = {"letter": letter, "link": link, "leave": leave, "site": settings.SITE_URL}
    with override("zh-hans"):
        body = render_to_string("core/mail.txt", facts)
    headers = {
        "Message-ID": f"<{letter.code}.letter@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    if leave:  # RFC 8058: one click in the reader's own program
        headers |= {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return EmailMessage(
        subject=letter.subject, body=body.strip() + "\n", to=[letter.email], headers=headers
    )


def _whole(link: str) -> str:
    return settings.SITE_URL + link if link.startswith("/") else link
