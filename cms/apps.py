from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from accounts import sessions
        from alliance import microsites
        from cms import changes, figures, review_letters, search, secretariats, tasks
        from cms import reference as loaders
        from cms.models import Validity
        from cms.models.microsites import address
        from core import meanings, reference, timetable, todo

        reference.loader("cms.editors", loaders.load_editors)
        reference.loader("cms.pages", loaders.load_pages)
        reference.loader("cms.pages.menus", loaders.load_menus)
        todo.register("cms", figures_of=figures.figures_of)
        figures.name_figures()
        search.register()
        changes.listen()
        review_letters.listen()
        microsites.address = address
        sessions.admitting.append(secretariats.admit)
        timetable.every("cms.carry-schedule", seconds=5, task=tasks.carry_schedule)
        meanings.register(
            {
                Validity.TO_COME: "wait",
                Validity.IN_FORCE: "done",
                Validity.SUPERSEDED: "soon",
                Validity.EXPIRED: "ended",
                Validity.REPEALED: "ended",
            }
        )
