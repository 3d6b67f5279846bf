"""Which keys of a DocType have been carried out, so that none is lost in silence."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NO_COUNTERPART
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import EntityDraft, FieldDraft
from forms_dsl.importers.report import Report

_NOTED = 300
#: Keys that say how a desk shows or indexes a field, and nothing about data.
_PASSED_OVER = frozenset(
    {"oldfieldtype", "bold", "no_copy", "print_hide", "report_hide", "search_index", "ignore_user_permissions", "allow_in_quick_entry",
     "collapsible", "columns", "width", "print_width", "in_global_search", "in_preview", "show_dashboard", "translatable", "idx",
     "doctype", "name", "parent", "parenttype", "parentfield", "fieldname", "precision", "length", "options", "remember_last_selected_value",
     "print_hide_if_no_value", "in_filter", "trigger", "hide_border", "ignore_xss_filter", "allow_bulk_edit", "creation", "modified",
     "modified_by", "owner", "docstatus", "hide_days", "hide_seconds", "is_virtual", "sort_options", "show_on_timeline", "make_attachment_public"}
)  # fmt: skip
_READ = frozenset(
    {"default", "description", "reqd", "read_only", "unique", "non_negative", "fieldtype", "label", "hidden", "permlevel", "in_list_view",
     "in_standard_filter", "depends_on", "mandatory_depends_on", "read_only_depends_on", "fetch_from", "fetch_if_empty", "oldfieldname"}
)  # fmt: skip
#: Keys of a whole DocType that are read, or that say how a desk keeps and shows it.
_READ_OF_ROOT = frozenset(
    {"name", "fields", "field_order", "permissions", "istable", "is_submittable", "autoname", "naming_rule", "title_field", "sort_field",
     "sort_order", "description", "doctype", "idx", "owner", "creation", "modified", "modified_by", "docstatus", "engine", "module",
     "row_format", "editable_grid", "index_web_pages_for_search", "show_name_in_global_search", "show_title_field_in_link",
     "translated_doctype", "allow_copy", "hide_toolbar", "icon", "color", "default_view", "grid_page_length", "rows_threshold_for_grid_search",
     "document_type", "email_append_to", "beta", "custom", "app", "migration_hash", "force_re_route_to_default_view"}
)  # fmt: skip


def keep(thing: FieldDraft | EntityDraft, node: Node, key: str, report: Report) -> None:
    """One key as a note, with a finding at its place."""
    value = node.get(key)
    said = str(value)[:_NOTED]
    message = Sentence(f"{key}: {said} is kept as a note.", f"{key}：{said} 已转为备注。")
    report.add(NO_COUNTERPART, node.at(key), message)
    thing.note(f"{key}: {said}")


def keep_left(field: FieldDraft, node: Node, report: Report) -> None:
    """What a field says besides; what tells how it is shown needs no word."""
    for key in node.data:
        if key not in _READ and key not in _PASSED_OVER and node.get(key) not in (None, "", "0", [], {}):
            keep(field, node, key, report)


def keep_left_of_root(entity: EntityDraft, root: Node, report: Report) -> None:
    """What a DocType says besides."""
    for key in root.data:
        if key not in _READ_OF_ROOT and root.get(key) not in (None, "", "0", [], {}):
            keep(entity, root, key, report)
