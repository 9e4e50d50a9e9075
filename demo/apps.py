from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from core import reference
        from demo import city

        reference.loader("demo.regions", city.load_regions)
