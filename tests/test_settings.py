"""Settings: where they are found, what is allowed, and how options merge."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.settings import Settings, find, load, options_of, scalar_flags


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    """A settings file in a folder beats one in a folder above it."""
    (tmp_path / "pyproject.toml").write_text('[tool.argot]\ncassettes = "above"\n')
    near = tmp_path / "a"
    (near / "b").mkdir(parents=True)
    (near / "argot.toml").write_text('cassettes = "near"\n')
    assert find(near / "b") == near / "argot.toml"
    assert find(tmp_path) == tmp_path / "pyproject.toml"
    assert load(find(near / "b"), tmp_path).folder == near / "near"


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    """A pyproject.toml of something else does not hide the settings above it."""
    (tmp_path / "argot.toml").write_text('record = "once"\n')
    inner = tmp_path / "package"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[project]\nname = "other"\n')
    assert find(inner) == tmp_path / "argot.toml"


def test_two_files_in_one_folder_are_refused(tmp_path: Path) -> None:
    """An argot.toml beside a pyproject.toml with [tool.argot] is an error naming both."""
    (tmp_path / "argot.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.argot]\n")
    with pytest.raises(Misuse, match="two places") as caught:
        find(tmp_path)
    assert "argot.toml" in caught.value.where
    assert "pyproject.toml" in caught.value.where


def test_argot_toml_may_hold_the_whole_path(tmp_path: Path) -> None:
    """argot.toml takes the keys at its top, or under [tool.argot]."""
    (tmp_path / "argot.toml").write_text('[tool.argot]\nfail_on = "warn"\n')
    assert load(tmp_path / "argot.toml", tmp_path).fail_on == "warn"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"casettes": "x"}, "unknown setting 'casettes'"),
        ({"cassettes": 3}, "cassettes = 3 is not allowed"),
        ({"record": "always"}, "record = 'always' is not allowed"),
        ({"match_on": ["method", "boddy"]}, "match_on = 'boddy' is not allowed"),
        ({"levels": {"field.added": "loud"}}, "'loud' is not allowed"),
        ({"replay_env": {"KEY": 3}}, "a table of strings"),
        ({"routes": {}}, "a list of tables"),
        ({"routes": [{"match": "POST *", "model": "no_colon"}]}, "an import name"),
    ],
)
def test_wrong_settings_say_what_is_allowed(values: dict[str, object], message: str) -> None:
    """A wrong key or value is Misuse that quotes it and says what is allowed."""
    with pytest.raises(Misuse) as caught:
        Settings(root=Path()).updated(values, "here")
    assert message in str(caught.value)
    assert "here" in caught.value.where


def test_options_merge_one_by_one_nearest_first() -> None:
    """Of several decorators each option comes from the nearest that gives it."""
    options = options_of(
        [(("near",), {"fail_on": "warn"}), (("far",), {"fail_on": "info", "record": "once"})], "t"
    )
    assert (options.names, options.fail_on, options.record) == (("near",), "warn", "once")


def test_known_keys_stay_when_replay_env_adds_some() -> None:
    """replay_env adds to the variables of the known SDKs."""
    settings = Settings(root=Path()).updated({"replay_env": {"MY_KEY": "x"}}, "here")
    assert settings.replay_env["MY_KEY"] == "x"
    assert settings.replay_env["OPENAI_API_KEY"] == "argot-replay"


def test_every_scalar_has_a_flag() -> None:
    """Each scalar setting has a flag with one description."""
    defaults = Settings(root=Path())
    scalars = {
        name
        for name in ("cassettes", "record", "fail_on", "unplayed")
        if isinstance(getattr(defaults, name), str)
    }
    assert set(scalar_flags()) == scalars
