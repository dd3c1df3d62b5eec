"""The environment is read once: what is unknown is refused, and what is secret stays so."""

import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from domain.errors import BadInput, BadSettings
from domain.settings import PREFIX, Settings

MARK = "Zq9Zq9"
SECRETS = [name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None]

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


def test_nothing_set_is_a_laptop_with_embedded_servers() -> None:
    settings = Settings.from_environment({})
    assert (settings.port, settings.host, settings.data) == (8800, "127.0.0.1", Path(".headroom").resolve())
    assert (settings.database_url, settings.redis_url, settings.assets) == (None, None, None)


def test_other_programs_variables_are_none_of_ours() -> None:
    assert Settings.from_environment({"PORT": "1", "PATH": "/bin", "headroom_port": "1"}).port == 8800


def test_an_empty_value_means_absent() -> None:
    assert Settings.from_environment({"HEADROOM_PORT": "", "HEADROOM_REDIS_URL": ""}) == Settings()


@given(words)
def test_a_misspelt_key_is_refused_by_name(word: str) -> None:
    key = f"{PREFIX}X{word.upper()}"
    with pytest.raises(BadSettings, match="is not a setting; the settings are HEADROOM_ASSETS") as refused:
        Settings.from_environment({key: MARK})
    assert MARK not in str(refused.value)


def test_every_wrong_key_is_named_at_once() -> None:
    with pytest.raises(BadSettings, match=r"HEADROOM_PORT: '0' .*HEADROOM_PROT is not") as refused:
        Settings.from_environment({"HEADROOM_PROT": "1", "HEADROOM_PORT": "0"})
    assert "\n" not in str(refused.value)
    assert isinstance(refused.value, BadInput)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("HEADROOM_PORT", "eighty"),
        ("HEADROOM_PORT", "0"),
        ("HEADROOM_PORT", "65536"),
        ("HEADROOM_LOG_LEVEL", "loud"),
        ("HEADROOM_ASSETS", "/no/such/folder"),
    ],
)
def test_a_value_that_cannot_be_right_is_named_with_its_key(key: str, value: str) -> None:
    with pytest.raises(BadSettings, match=f"{key}: {value!r} cannot be used") as refused:
        Settings.from_environment({key: value})
    assert "\n" not in str(refused.value)


def test_the_secrets_are_those_that_open_something() -> None:
    assert set(SECRETS) == {"database_url", "redis_url", "jwt_secret", "supabase_key", "metrics_token", "mlflow_url"}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_in_no_repr_and_no_dump(name: str) -> None:
    scheme = "https" if name == "mlflow_url" else "postgres"
    settings = Settings.model_validate({name: f"{scheme}://{MARK}:{MARK}@host/" + "x" * 32})
    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert MARK not in shown
    assert MARK in settings.environment()[PREFIX + name.upper()]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_in_no_error_whatever_else_is_wrong(name: str) -> None:
    given_values = {PREFIX + name.upper(): MARK, "HEADROOM_JWT_SECRET": MARK, "HEADROOM_PORT": "x", "HEADROOM_Y": MARK}
    with pytest.raises(BadSettings, match="at least 32 characters") as refused:
        Settings.from_environment(given_values)
    assert MARK not in "".join(traceback.format_exception(refused.value))


def test_a_secret_is_in_no_error_of_the_class_itself() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"jwt_secret": MARK})
    assert MARK not in str(refused.value)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "port": st.integers(1, 65535),
            "host": words,
            "database_url": words,
            "redis_url": words,
            "jwt_secret": words.map(lambda word: word + "x" * 32),
            "jwks_url": words,
            "jwt_audience": words,
            "supabase_url": words,
            "supabase_key": words,
            "metrics_token": words,
            "log_level": st.sampled_from(["debug", "info", "warning", "error"]),
            "data": st.just(Path("somewhere/else")),
            "assets": st.just(Path()),
        },
    )
)
def test_a_child_process_reads_the_settings_its_parent_had(values: dict[str, object]) -> None:
    settings = Settings.model_validate(values)
    assert Settings.from_environment(settings.environment()) == settings


def test_folders_do_not_move_with_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets").mkdir()
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({"HEADROOM_ASSETS": "assets", "HEADROOM_DATA": "data"})
    assert (settings.assets, settings.data) == (tmp_path / "assets", tmp_path / "data")
