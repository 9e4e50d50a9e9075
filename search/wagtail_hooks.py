"""Staff screens of the search: the synonyms, edited plainly."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from accounts.models import Deed
from core.staff import DeedPolicy
from search.models import Synonym


class SynonymViewSet(SnippetViewSet):
    model = Synonym
    icon = "link"
    menu_label = _("Synonyms of the search")
    menu_name = "synonyms"
    menu_order = 320
    add_to_admin_menu = True
    list_per_page = 100
    list_display = ["words", "note"]
    search_fields = ["words", "note"]
    ordering = ["words"]
    panels = [FieldPanel("words"), FieldPanel("note")]

    @property
    def permission_policy(self):
        return DeedPolicy(self.model, Deed.EDIT_CATALOGUE, {"add", "change", "delete"})


register_snippet(SynonymViewSet)
