"""Profiles of the partners' commands: where to ask, and as whom. Secrets are never in the file."""

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import msgspec

from onhand.cli.answers import Problem
from onhand.cli.opened import environment_settings
from onhand.client.credentials import GatewayClient, SupplierKey
from onhand.settings import BadSetting

_KEYRING = "onhand"
_SECRET_NAMES = ("client_secret", "private_key", "private_key_pem", "secret", "password")


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the file's tables `[profiles.NAME]`.

    `client_secret_env` and `private_key_env` name variables of the environment; without them the keyring is asked for
    `NAME client_secret` and `NAME private_key` of the service `onhand`. `key_file` is a private key's file, in PEM.
    """

    url: str
    client_id: str | None = None
    client_secret_env: str | None = None
    partner_id: str | None = None
    channel_type: str | None = None
    consumer_id: str | None = None
    key_version: str = "1"
    key_file: str | None = None
    private_key_env: str | None = None
    context: str | None = None
    ship_node: str | None = None
    allow_plain_http: bool = False


class ProfileFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file; `default` is the profile that is meant where none is named."""

    default: str | None = None
    profiles: dict[str, Profile] = {}


class NamedProfile(msgspec.Struct, frozen=True):
    """A profile under its name, with the file that it is from."""

    name: str
    profile: Profile
    path: Path

    @property
    def gateway(self) -> GatewayClient | None:
        """Its client of the gateway, if it has one.

        Raises:
            Problem: its secret is nowhere.
        """
        profile = self.profile
        if profile.client_id is None:
            return None
        secret = self._secret("client_secret", profile.client_secret_env)
        return GatewayClient(
            client_id=profile.client_id,
            client_secret=secret,
            partner_id=profile.partner_id,
            channel_type=profile.channel_type,
        )

    @property
    def supplier(self) -> SupplierKey | None:
        """Its consumer of the store APIs, if it has one.

        Raises:
            Problem: its key is nowhere.
        """
        profile = self.profile
        if profile.consumer_id is None:
            return None
        return SupplierKey(
            consumer_id=profile.consumer_id,
            private_key_pem=self._private_key(),
            key_version=profile.key_version,
            context=profile.context,
        )

    def _private_key(self) -> str:
        file = self.profile.key_file
        if file is None:
            return self._secret("private_key", self.profile.private_key_env)
        # Beside the file of profiles, unless it says where.
        path = self.path.parent / Path(file).expanduser()
        try:
            return path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(f"can't read the private key of the profile “{self.name}” from {path}: {error}") from error

    def _secret(self, kind: str, variable: str | None) -> str:
        if variable is not None and os.environ.get(variable):
            return os.environ[variable]
        where = f"set {variable}, which {kind}_env names" if variable else f"name its variable with {kind}_env"
        found = _from_keyring(self.name, kind, otherwise=where)
        if found is None:
            said = f"the {kind} of the profile “{self.name}” is nowhere: {where}, or {_keeping(self.name, kind)}"
            raise Problem(said)
        return found


def is_profile_chosen(name: str | None) -> bool:
    """Whether it is said which profile is meant: on the command line, by the settings, or by the file."""
    settings = environment_settings()
    return bool(name or settings.profile or read_profiles(Path(settings.profiles).expanduser()).default)


def named_profile(name: str | None) -> NamedProfile:
    """The profile of this name, or the one that the settings or the file mean.

    Raises:
        Problem: there is none, or the file is wrong.
    """
    settings = environment_settings()
    path = Path(settings.profiles).expanduser()
    file = read_profiles(path)
    chosen = name or settings.profile or file.default
    if chosen is None:
        raise Problem(f"say as whom to ask: --profile NAME of {path}, or --url with a client; {_known(file)}")
    if chosen not in file.profiles:
        raise Problem(f"there is no profile “{chosen}” in {path}: {_known(file)}")
    return NamedProfile(chosen, file.profiles[chosen], path)


def read_profiles(path: Path) -> ProfileFile:
    """The profiles of a file; none, where there is no file.

    Raises:
        Problem: it can't be read, or holds a secret.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return ProfileFile()
    except OSError as error:
        raise Problem(f"can't read {path}: {error.strerror or error}") from error
    try:
        return msgspec.toml.decode(text, type=ProfileFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: {_mended(str(error))}") from error


def completed_profiles(incomplete: str) -> list[str]:
    """The names of profiles that begin so, for a shell; none where the file is missing or wrong."""
    try:
        file = read_profiles(Path(environment_settings().profiles).expanduser())
    except (Problem, BadSetting):
        return []
    return [name for name in file.profiles if name.startswith(incomplete)]


def _mended(said: str) -> str:
    if any(f"`{name}`" in said for name in _SECRET_NAMES):
        return f"{said}; secrets don't belong in this file: name a variable with client_secret_env or private_key_env"
    return said


def _known(file: ProfileFile) -> str:
    return f"it has {', '.join(file.profiles)}" if file.profiles else "it has none yet"


def _keeping(name: str, kind: str) -> str:
    """How to keep a secret in the keyring."""
    keep = f"keep it in the keyring: keyring set {_KEYRING} '{name} {kind}'"
    return keep if find_spec("keyring") else f"{keep} (after pip install 'onhand[keyring]', which is missing here)"


def _from_keyring(name: str, kind: str, *, otherwise: str) -> str | None:
    if find_spec("keyring") is None:
        return None
    user = f"{name} {kind}"
    try:
        found: str | None = import_module("keyring").get_password(_KEYRING, user)
    except Exception as error:  # each system's keyring has errors of its own
        reason = str(error) or type(error).__name__
        said = f"the keyring can't be asked for “{user}” of {_KEYRING} ({reason})"
        raise Problem(f"{said}: unlock it, or {otherwise}") from error
    return found
