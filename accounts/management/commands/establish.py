"""The first step on a new site: the operator's, or a regulator's, own organisation."""

from argparse import ArgumentParser
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError

from accounts import identity, registration
from accounts.models import OrganisationKind, Standing, User
from core import clock
from core.audit import Console
from core.lifecycle import RuleBroken
from core.models import Region


class Command(BaseCommand):
    help = "Set up the operator or a regulator, with its legal representative's account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("standing", choices=[Standing.OPERATOR, Standing.REGULATOR])
        parser.add_argument("--uscc", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument(
            "--kind", choices=OrganisationKind.values, default=OrganisationKind.INSTITUTION
        )
        parser.add_argument("--region", required=True, help="six digits of GB/T 2260")
        parser.add_argument("--person", required=True, help="the legal representative's name")
        parser.add_argument("--email", required=True)

    def handle(self, **options: Any) -> None:
        uscc = identity.normalised(options["uscc"])
        if fault := identity.fault(uscc):
            raise CommandError(f"the unified code is wrong in its {fault.kind}: {fault.values}")
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError("no such region: run manage.py load_reference, or look at the code")
        user, is_new = User.objects.get_or_create(
            email=User.objects.normalize_email(options["email"]),
            defaults={"name": options["person"]},
        )
        if is_new:
            user.set_unusable_password()
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        details = registration.Details(
            kind=options["kind"],
            uscc=uscc,
            name=options["name"],
            short_name="",
            authority="",
            legal_representative=options["person"],
            region=region,
            address="",
            contact_name=options["person"],
            contact_phone="",
            contact_email=options["email"],
        )
        try:
            registration.establish(
                details, Standing(options["standing"]), user=user, by=Console(), at=clock.now()
            )
        except RuleBroken as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"{options['name']} is established. {user.email} sets a password by “forgotten "
            "password” on the sign-in page, and then a second factor."
        )
