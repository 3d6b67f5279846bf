"""One activity or event of a model as one step: by our extension where it is ours, else by what every product can say."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NAME_PROPOSED, NOT_TRANSLATED
from forms_dsl.importers.expressions.tree import Untranslatable
from forms_dsl.importers.naming import is_name_of, proposed_name
from forms_dsl.importers.report import Report
from workflow_engine.bpmn.answers import Answers
from workflow_engine.bpmn.conditions import own_condition
from workflow_engine.bpmn.elements import definitions_of
from workflow_engine.bpmn.foreign import Asked, asked_of, saying, tell_unread
from workflow_engine.bpmn.graph import HUMAN, said
from workflow_engine.bpmn.model import Model, ask
from workflow_engine.bpmn.settings import Known, folded
from workflow_engine.bpmn.timing import iso_duration, own_duration
from workflow_engine.markup.codes import DRAWING_BELIEVED
from workflow_engine.markup.extension import data_of
from workflow_engine.markup.source import Element

Step = dict[str, object]


@dataclass(slots=True)
class Tasks:
    """Makes steps of elements and says what they leave open."""

    model: Model
    known: Known
    report: Report

    def step(self, element: Element, answers: Answers | None, *, is_first: bool) -> Step:
        """The step that an element is."""
        found = data_of(child for holder in element.all("extensionElements") for child in holder.children)
        if found is not None and found[1].get("of") == "step":
            step = self._kept(element, found[0])
        elif element.name in HUMAN:
            step = self._human(element, answers, is_first=is_first)
        elif element.name in ("serviceTask", "sendTask"):
            step = self._call(element)
        elif element.name == "callActivity":
            step = self._sub_flow(element)
        else:
            step = self._wait(element)
        if found is None:
            tell_unread(element, self.report)
        note = self.model.note(element)
        return {**step, "note": note} if note and "note" not in step else step

    def title(self, text: str) -> object:
        """A text in each language of the app."""
        said = " ".join(text.split())[:120] or "?"
        return dict.fromkeys(self.known.languages, said) if len(self.known.languages) > 1 else said

    def retitled(self, element: Element, data: Step) -> Step:
        """Our data with the name that somebody gave the element elsewhere."""
        name, title = element.get("name"), data.get("title")
        texts = list(title.values()) if isinstance(title, dict) else [title]
        if not name or title is None or name in texts:
            return data
        words = Sentence(f"{said(element)} was called {texts[0]!r}.", f"{said(element)} 原名“{texts[0]}”。")
        self.report.add(DRAWING_BELIEVED, element.position, words)
        if not isinstance(title, dict):
            return {**data, "title": name}
        language = self.model.language if self.model.language in title else next(iter(title))
        return {**data, "title": {**title, language: name}}

    def _kept(self, element: Element, data: Step) -> Step:
        data = self.retitled(element, data)
        called = element.get("calledElement")
        if "sub_flow" in data and called and called != data.get("workflow"):
            data = {**data, "workflow": called}
            self._believed(element, called)
        length = _length_of(element)
        if "wait" in data and "for" in data and length and iso_duration(str(data["for"])) != length:
            own = own_duration(length)
            if own is not None:
                data = {**data, "for": own}
                self._believed(element, length)
        return data

    def _believed(self, element: Element, what: str) -> None:
        words = Sentence(f"{said(element)} says {what} in the drawing.", f"{said(element)} 在图中为 {what}。")
        self.report.add(DRAWING_BELIEVED, element.position, words)

    def _named(self, element: Element, verb: str) -> Step:
        name = self.model.step_name(element)
        if not is_name_of(name, element.get("name")) and not is_name_of(name, element.get("id")):
            words = Sentence(f"{said(element)} is called {name!r}.", f"{said(element)} 命名为“{name}”。")
            self.report.add(NAME_PROPOSED, element.position, words)
        return {verb: name, "title": self.title(element.get("name") or element.get("id"))}

    def _human(self, element: Element, answers: Answers | None, *, is_first: bool) -> Step:
        asked = asked_of(element)
        fills = answers is None and (element.name == "manualTask" or (is_first and (asked.starter or not asked.groups)))
        step = self._named(element, "fill" if fills else "approve")
        several = element.first("multiInstanceLoopCharacteristics")
        by = self.people(element, asked, is_first=is_first and fills, several=several is not None)
        if by is not None:
            step["by"] = by
        if several is not None and not fills:
            self._several(element, several, step)
        if answers is not None and answers.return_to is not None and not answers.refuses:
            step["on_reject"] = {"return_to": answers.return_to}
        due = own_duration(saying(element, "dueDate"))
        if due is not None:
            step["due"] = {"within": due, "then": "remind"}
        return step

    def people(self, element: Element, asked: Asked, *, is_first: bool, several: bool = False) -> object | None:
        """Who acts at a task, by what it names, else by its lane; None with a finding when nobody is named."""
        if asked.starter or is_first:
            return "starter"
        lane = self.model.lanes.get(element.get("id"), "")
        for unread in (*asked.unread, *asked.people):
            words = Sentence(
                f"{said(element)} is for {unread}, which is not read.", f"{said(element)} 的办理人 {unread} 未导入。"
            )
            hint = Sentence("Write by: with a role, post or leader_of.", "请在 by 中写明角色、岗位或 leader_of。")
            ask(self.report, element, words, hint)
        word = asked.groups[0] if asked.groups else lane
        for other in asked.groups[1:]:
            words = Sentence(
                f"{said(element)} is also for {other}; one role is asked.", f"{said(element)} 另有 {other}；只保留一个角色。"
            )
            ask(self.report, element, words, Sentence("Make one role of both.", "请合并为一个角色。"))
        if not word:
            words = Sentence(f"Nobody says who does {said(element)}.", f"{said(element)} 没有写明由谁办理。")
            hint = Sentence("Add by: {role: …} to the step.", "请在该步骤中补充 by: {role: …}。")
            ask(self.report, element, words, hint)
            return None
        role = self.known.roles.get(folded(word))
        if role is None:
            role = proposed_name(word, (), fallback="role", field=False)
            words = Sentence(
                f"{said(element)} is for {word!r}, which is no role here.", f"{said(element)} 的“{word}”不是现有角色。"
            )
            hint = Sentence(
                f"Add the role {role} to roles.yaml, or name another one in by:.",
                f"请在 roles.yaml 中增加角色 {role}，或在 by 中改用其他角色。",
            )
            ask(self.report, element, words, hint)
        return {"role": role} if several else {"role": role, "pick": "claim"}

    def _several(self, element: Element, several: Element, step: Step) -> None:
        step["rule"] = {"in_turn": "true"} if several.get("isSequential") == "true" else {"all": "true", "one_veto": "true"}
        cardinality = several.text_of("loopCardinality")
        if cardinality.isdigit() and isinstance(step.get("by"), dict):
            step["by"] = {**step["by"], "count": cardinality}  # type: ignore[dict-item]
        condition = several.text_of("completionCondition")
        if condition:
            words = Sentence(
                f"{said(element)} ends early by {condition!r}, which is not read.",
                f"{said(element)} 的完成条件“{condition}”未导入。",
            )
            hint = Sentence(
                "All must approve now; write rule: {pass: 2/3 of seats} for a share.",
                "目前须全部同意；按比例请写 rule: {pass: 2/3 of seats}。",
            )
            self.report.add(NOT_TRANSLATED, several.position, words, hint)
            step["note"] = self.model.note(element, condition)

    def _call(self, element: Element) -> Step:
        step = self._named(element, "call")
        means = saying(element, "topic", "delegateExpression", "class", "expression", "type")
        if means:
            step["note"] = self.model.note(element, means)
        words = Sentence(
            f"Nobody says which operation {said(element)} calls{f' ({means})' if means else ''}.",
            f"{said(element)} 没有写明调用的操作{f'（{means}）' if means else ''}。",
        )
        hint = Sentence("Add connector: BINDING.OPERATION and send:.", "请补充 connector: 绑定.操作 与 send。")
        ask(self.report, element, words, hint)
        return step

    def _sub_flow(self, element: Element) -> Step:
        step = self._named(element, "sub_flow")
        called = element.get("calledElement") or saying(element, "processId", "calledElement")
        name = called if called in self.known.workflows else proposed_name(called, (), fallback="workflow", field=False)
        step["workflow"] = name
        if name not in self.known.workflows:
            words = Sentence(
                f"{said(element)} calls {called!r}, which is no workflow here.", f"{said(element)} 调用的“{called}”不是现有流程。"
            )
            ask(self.report, element, words, Sentence(f"Import it as {name}, too.", f"请将其一并导入为 {name}。"))
        if element.first("multiInstanceLoopCharacteristics"):
            words = Sentence(
                f"{said(element)} runs for several records, nobody says which.",
                f"{said(element)} 对多条记录运行，但未写明是哪些。",
            )
            ask(self.report, element, words, Sentence("Add each: RELATED.", "请补充 each: 关联名。"))
        return step

    def _wait(self, element: Element) -> Step:
        step = self._named(element, "wait")
        definition = next(iter(definitions_of(element)), None)
        if element.name == "receiveTask" or (definition is not None and definition.name == "messageEventDefinition"):
            reference = (definition or element).get("messageRef")
            message = self.model.messages.get(reference, reference)
            step["note"] = self.model.note(element, message)
            words = Sentence(
                f"{said(element)} waits for the message {message!r}; nobody says which event that is.",
                f"{said(element)} 等待消息“{message}”，但未写明对应的事件。",
            )
            ask(
                self.report,
                element,
                words,
                Sentence("Add event: BINDING.EVENT and match:.", "请补充 event: 绑定.事件 与 match。"),
            )
            return step
        step.update(self.time(element))
        return step

    def time(self, event: Element) -> Step:
        """`for` or `until` of a timer; nothing, with a finding and a note, for what is not read."""
        timer = definitions_of(event)[0]
        own = own_duration(timer.text_of("timeDuration"))
        if own is not None:
            return {"for": own}
        moment = timer.first("timeDate")
        try:
            if moment is not None:
                return {"until": own_condition(moment, self.known.fields, ours=self.model.is_ours)}
        except Untranslatable:
            moment = None
        text = timer.text_of("timeDuration") or timer.text_of("timeDate") or timer.text_of("timeCycle")
        words = Sentence(f"The time {text!r} of {said(event)} is not read.", f"{said(event)} 的时间“{text}”未导入。")
        hint = Sentence("Add for: 3d, or until: with a date of the record.", "请补充 for: 3d，或用 until 写明记录中的日期。")
        self.report.add(NOT_TRANSLATED, timer.position, words, hint)
        return {"note": self.model.note(event, text)}


def _length_of(element: Element) -> str:
    timers = definitions_of(element)
    return timers[0].text_of("timeDuration") if timers else ""
