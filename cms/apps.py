from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from cms.reference import load_guides
        from core import reference

        reference.loader("cms.guides", load_guides)
