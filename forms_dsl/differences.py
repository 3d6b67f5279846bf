"""Which parts of two values of the model differ, and what the parts are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.model import Label
from forms_dsl.source import Span

#: Follows from other parts, or says only where something stands.
_DERIVED = frozenset({"span", "value_type", "checksum", "kept_as"})

#: Parts of the model as people call them; a part that is not listed is called by its key.
_PARTS: Mapping[str, Sentence] = {
    "label": Sentence("label", "名称"),
    "title": Sentence("title", "标题"),
    "help": Sentence("help", "说明"),
    "message": Sentence("message", "提示"),
    "type": Sentence("type", "类型"),
    "required": Sentence("required", "必填"),
    "required_when": Sentence("condition of being required", "必填条件"),
    "visible": Sentence("condition of being shown", "显示条件"),
    "read_only": Sentence("read only", "只读"),
    "default": Sentence("default", "默认值"),
    "check": Sentence("check", "校验"),
    "compute": Sentence("formula", "计算公式"),
    "stored": Sentence("stored", "是否存储"),
    "unique": Sentence("uniqueness", "唯一性"),
    "index": Sentence("indexes", "索引"),
    "choices": Sentence("choices", "选项"),
    "choices_where": Sentence("choices offered", "可选范围"),
    "min": Sentence("minimum", "最小值"),
    "max": Sentence("maximum", "最大值"),
    "scale": Sentence("decimals", "小数位"),
    "pattern": Sentence("pattern", "格式"),
    "accept": Sentence("kinds of file", "文件类型"),
    "max_mb": Sentence("size of a file", "文件大小"),
    "targets": Sentence("targets", "可引用的实体"),
    "duplicates": Sentence("duplicates", "查重规则"),
    "external": Sentence("other system", "外部系统"),
    "group_by": Sentence("grouping", "分组"),
    "bulk": Sentence("actions on a selection", "批量操作"),
    "view": Sentence("way of drawing", "呈现方式"),
    "dates": Sentence("dates", "日期"),
    "encrypted": Sentence("encryption", "加密"),
    "unfit": Sentence("values that do not fit a new type", "不合新类型的值"),
    "moved_from": Sentence("where its values came from", "值的来源"),
    "to": Sentence("target", "引用对象"),
    "where": Sentence("condition", "条件"),
    "filter": Sentence("filter", "过滤条件"),
    "classification": Sentence("data class", "数据分级"),
    "mask": Sentence("mask", "掩码"),
    "rules": Sentence("rules", "校验规则"),
    "related": Sentence("related records", "关联记录"),
    "number": Sentence("number", "编号规则"),
    "owner_branch": Sentence("owning branch", "归属机构"),
    "owner_user": Sentence("owning person", "归属人员"),
    "audit": Sentence("audit", "审计范围"),
    "retention": Sentence("retention", "保存期限"),
    "expected": Sentence("expected number", "预计数量"),
    "deprecated": Sentence("deprecated", "弃用说明"),
    "columns": Sentence("columns", "列"),
    "rows": Sentence("rows", "行"),
    "sort": Sentence("order", "排序"),
    "search": Sentence("search fields", "搜索字段"),
    "quick_filters": Sentence("quick filters", "快捷筛选"),
    "totals": Sentence("totals", "合计"),
    "card_title": Sentence("card", "卡片"),
    "card_lines": Sentence("card", "卡片"),
    "page_size": Sentence("page size", "每页条数"),
    "open_with": Sentence("form that opens", "打开的表单"),
    "views": Sentence("views", "视图"),
    "layout": Sentence("layout", "布局"),
    "actions": Sentence("buttons", "按钮"),
    "tags": Sentence("tags", "标签"),
    "facts": Sentence("facts", "要素"),
    "panels": Sentence("panels", "面板"),
    "start_by": Sentence("who starts it", "发起人"),
    "start_form": Sentence("form", "发起表单"),
    "start_set": Sentence("values at the start", "发起时写入"),
    "steps": Sentence("steps", "步骤"),
    "four_eyes": Sentence("four-eyes rules", "四眼规则"),
    "resubmit_to": Sentence("resubmission", "驳回后重提"),
    "replay_if_changed": Sentence("fields that repeat all approvals", "须重审的字段"),
    "recall_until": Sentence("recall", "撤回"),
    "take_back": Sentence("taking back", "拿回"),
    "no_approver": Sentence("nobody to approve", "无人审批时"),
    "finish_set": Sentence("values at the end", "结束时写入"),
    "examples": Sentence("examples", "试算案例"),
    "every": Sentence("schedule", "运行时间"),
    "reverses": Sentence("approval that it takes back", "撤销的流程"),
    "reverse_within": Sentence("time in which it may be started", "可发起的期限"),
    "cooldown": Sentence("cooldown", "间隔时间"),
    "do": Sentence("actions", "动作"),
    "measures": Sentence("measures", "度量"),
    "chart": Sentence("chart", "图表"),
    "drill": Sentence("list behind a figure", "下钻列表"),
    "includes": Sentence("included roles", "包含的角色"),
    "conflicts": Sentence("conflicting roles", "互斥角色"),
    "emergency": Sentence("use in an emergency", "紧急启用"),
    "access": Sentence("access", "权限"),
    "operations": Sentence("operations", "操作"),
    "version": Sentence("version", "版本"),
    "languages": Sentence("languages", "语言"),
    "timezone": Sentence("time zone", "时区"),
    "currency": Sentence("currency", "货币"),
    "menu": Sentence("menu", "菜单"),
    "requires": Sentence("required apps", "依赖的应用"),
    "value": Sentence("value", "值"),
    "entity": Sentence("entity", "实体"),
    "fields": Sentence("fields", "字段"),
    "write": Sentence("write", "可写"),
    "read": Sentence("read", "可读"),
    "due": Sentence("time limit", "时限"),
    "within": Sentence("within", "限时"),
    "limit": Sentence("limit", "额度"),
    "by": Sentence("who decides", "办理人"),
    "when": Sentence("condition", "适用条件"),
    "rule": Sentence("rule of decision", "表决规则"),
    "on_reject": Sentence("after a refusal", "拒绝后"),
    "may": Sentence("decisions offered", "可作决定"),
    "opinion": Sentence("written opinion", "须填意见"),
    "form": Sentence("form", "表单"),
    "run": Sentence("decision that runs", "运行的决策"),
    "allow": Sentence("what is allowed", "允许的操作"),
    "signature": Sentence("signature", "签名"),
    "connector": Sentence("connector", "连接器"),
    "send": Sentence("values sent", "发送内容"),
    "save": Sentence("values kept", "保存内容"),
    "branches": Sentence("branches", "分支"),
    "count_min": Sentence("number of people", "人数"),
    "count_max": Sentence("number of people", "人数"),
    "kind": Sentence("kind", "种类"),
    "given": Sentence("inputs", "输入"),
    "output": Sentence("outputs", "输出"),
    "factors": Sentence("factors", "评分因素"),
    "grade": Sentence("grades", "等级"),
    "hit": Sentence("rule of hits", "命中规则"),
    "blocks": Sentence("blocks", "内容块"),
    "tiles": Sentence("tiles", "磁贴"),
    "cases": Sentence("cases", "用例"),
    "columns_span": Sentence("width", "宽度"),
}


def same(old: object, new: object) -> bool:
    """Whether two values of the model mean the same; places and what follows from elsewhere do not count.

    An expression counts by its text: when a thing that it reads changes, that change is told where it stands.
    """
    if isinstance(old, Expression) and isinstance(new, Expression):
        return old.source == new.source
    if isinstance(old, Span | ValueType):
        return type(old) is type(new)
    if is_dataclass(old) and not isinstance(old, type):
        return type(old) is type(new) and not changed_parts(old, new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return list(old) == list(new) and all(same(old[key], new[key]) for key in old)
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(same(a, b) for a, b in zip(old, new, strict=True))
    return bool(old == new)


def changed_parts(old: object, new: object, *, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The attributes in which two things of one type differ."""
    names = [each.name for each in fields(old)]  # type: ignore[arg-type]
    return tuple(
        name
        for name in names
        if name not in _DERIVED and name not in without and not same(getattr(old, name), getattr(new, name))
    )


def called(label: Label, language: str, name: str) -> str:
    """What a thing is called in a language, its name if nothing better is known."""
    return label.get(language) or next(iter(label.values()), "") or name


def parts_in_words(parts: tuple[str, ...], language: str) -> str:
    """The parts as people call them."""
    words = [_PARTS.get(part, Sentence(part, part)) for part in parts]
    return ("、" if language == "zh" else ", ").join(dict.fromkeys(word.zh if language == "zh" else word.en for word in words))
