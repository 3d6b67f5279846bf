"""A release on its way to another server: its texts, and a signed statement of where it comes from and who stood for it.

Taken over the network or carried by hand, it is the same file, and it is believed for its signature alone. Pure.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forms_dsl.bundle import read_bundle, write_bundle
from forms_dsl.model import Label
from runtime.failures import Fault, Invalid
from runtime.publish.codes import BAD_PROMOTION, UNKNOWN_KEY
from runtime.publish.types import Files, digest_of
from runtime.store.signing import id_of_key, public_bytes

FORMAT = "qiqiao-promotion-1"
#: Larger files are not even parsed: the largest app with its signature stays below.
LARGEST = 8 * 1024 * 1024
_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class Signer(BaseModel):
    """A person as the other server knows him."""

    model_config = _STRICT
    username: str = Field(max_length=80)
    name: str = Field(max_length=200)


class Cases(BaseModel):
    """What came of the app's worked cases there."""

    model_config = _STRICT
    passed: int = Field(ge=0)
    failed: int = Field(ge=0)
    not_run: int = Field(ge=0)


class Place(BaseModel):
    """The server that a release comes from."""

    model_config = _STRICT
    kind: str = Field(max_length=16)
    name: str | None = Field(max_length=40)


class Statement(BaseModel):
    """What a server says of a release that it lets go."""

    model_config = _STRICT
    environment: Place
    app: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    release: int = Field(ge=1)
    version: str = Field(max_length=32)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    author: Signer | None
    editors: tuple[Signer, ...] = Field(max_length=500)
    approver: Signer | None
    note: str | None = Field(max_length=2000)
    decision_note: str | None = Field(max_length=2000)
    published_at: str = Field(max_length=40)
    cases: Cases
    exported_at: str = Field(max_length=40)
    exported_by: str = Field(max_length=80)

    @property
    def makers(self) -> frozenset[str]:
        """The user names of everybody who made the change there."""
        return frozenset(one.username for one in (self.author, *self.editors) if one is not None)

    @property
    def was_reviewed(self) -> bool:
        """Whether somebody stood for it there who did not make it."""
        return self.approver is not None and self.approver.username not in self.makers


class _Envelope(BaseModel):
    model_config = _STRICT
    format: str
    key: str = Field(pattern=r"^[0-9a-f]{32}$")
    signature: str = Field(max_length=128)
    statement: str = Field(max_length=200_000)
    definition: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The very text that was signed, by which key; kept with the release, so that it can be proved again."""

    key: str
    signature: str
    text: str

    def as_json(self) -> dict[str, str]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Promoted:
    """A release of another server whose statement is believed."""

    statement: Statement
    signed: Signed
    files: Files


def write_promotion(key: Ed25519PrivateKey, statement: Statement, files: Files) -> bytes:
    """The file of a release, signed."""
    text = json.dumps(statement.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    envelope = {
        "format": FORMAT,
        "key": id_of_key(public_bytes(key)),
        "signature": base64.b64encode(key.sign(_signed_bytes(text))).decode(),
        "statement": text,
        "definition": base64.b64encode(write_bundle(files)).decode(),
    }
    return json.dumps(envelope, ensure_ascii=False, indent=1).encode() + b"\n"


def key_of_promotion(data: bytes) -> str:
    """The id of the key that a file says it is signed with; raises Invalid for what is no such file."""
    return _envelope(data).key


def read_promotion(data: bytes, keys: Mapping[str, str]) -> Promoted:
    """What a file says, when one of these public keys (base64, by id) signed it and its texts are those it speaks of; raises Invalid."""
    envelope = _envelope(data)
    public = keys.get(envelope.key)
    if public is None:
        raise unknown_key(envelope.key)
    try:
        signature = base64.b64decode(envelope.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(signature, _signed_bytes(envelope.statement))
    except (InvalidSignature, ValueError):
        raise bad_promotion("签名不符，内容可能被改动。", "The signature is not right: something of it was changed.") from None
    try:
        statement = Statement.model_validate_json(envelope.statement)
        packed = base64.b64decode(envelope.definition, validate=True)
    except ValueError:
        raise bad_promotion("文件内容不完整。", "Its statement or its definition cannot be read.") from None
    bundle = read_bundle(f"{statement.app}.zip", packed)
    if bundle.diagnostics:
        first = bundle.diagnostics[0]
        raise bad_promotion(first.message_in("zh"), first.message_in("en"))
    if digest_of(bundle.files) != statement.digest:
        raise bad_promotion("定义与签名所述不符。", "Its definition is not the one that was signed.")
    return Promoted(statement, Signed(envelope.key, envelope.signature, envelope.statement), bundle.files)


def statement_of(text: str) -> Statement:
    """The statement of a signed text that was believed when it came in."""
    return Statement.model_validate_json(text)


def public_key(text: str) -> str:
    """The id of a public key in base64; raises Invalid for what is none."""
    try:
        raw = base64.b64decode(text, validate=True)
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        message: Label = {"zh": "这不是 Ed25519 公钥（Base64）。", "en": "This is no public Ed25519 key in base64."}
        raise Invalid(message, code=UNKNOWN_KEY.id, faults=(Fault(UNKNOWN_KEY.id, message, pointer="/key"),)) from None
    return id_of_key(raw)


def unknown_key(key: str) -> Invalid:
    """Nobody here trusts the key that signed a file."""
    message: Label = {
        "zh": f"没有登记签名密钥 {key}。请先由管理员登记来源服务器及其公钥。",
        "en": f"The key {key} that signed it is not known here. An administrator enters the server that it comes from, with its key.",
    }
    return Invalid(message, code=UNKNOWN_KEY.id, faults=(Fault(UNKNOWN_KEY.id, message, pointer="/file"),))


def bad_promotion(zh: str, en: str) -> Invalid:
    """The file is not what a server of this product let go."""
    message: Label = {"zh": f"不能接收这个发布包：{zh}", "en": f"This file of a release is not taken. {en}"}
    return Invalid(message, code=BAD_PROMOTION.id, faults=(Fault(BAD_PROMOTION.id, message, pointer="/file"),))


def _envelope(data: bytes) -> _Envelope:
    if len(data) > LARGEST:
        raise bad_promotion("文件过大。", "It is too large.")
    try:
        envelope = _Envelope.model_validate_json(data)
    except ValidationError:
        raise bad_promotion("它不是七巧的发布包。", "It is no file of a release.") from None
    if envelope.format != FORMAT:
        raise bad_promotion("它来自其他版本的七巧。", "It was written by another version of Qiqiao.")
    return envelope


def _signed_bytes(text: str) -> bytes:
    """With the purpose in it: a signature under something else of the same key is none under this."""
    return f"{FORMAT}\n{text}".encode()
