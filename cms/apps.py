from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from cms import figures, search
        from cms.reference import load_guides
        from core import reference, todo

        reference.loader("cms.guides", load_guides)
        todo.register("cms", figures_of=figures.figures_of)
        figures.name_figures()
        search.register()
