"""Settings: where they are found, what is allowed, and how options merge."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.plugin.marker import SIGNATURE
from pytest_argot.settings import Settings, find, load, options_of, scalar_flags
from pytest_argot.settings.keys import KEYS
from pytest_argot.settings.options import OPTION_CHECKS


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
        ({"record_errors": "yes"}, "true or false"),
        ({"cassettes": "{dir}/cassettes"}, "{test_dir} and {module} as whole parts"),
        ({"cassettes": "tapes-{module}"}, "{test_dir} and {module} as whole parts"),
        ({"overrides": {}}, "a list of tables"),
        ({"overrides": [{"record": "none"}]}, 'a key tests = "tests/azure/**"'),
        ({"overrides": [{"tests": []}]}, "at least one glob"),
        ({"overrides": [{"tests": "/tests"}]}, "paths from the settings file"),
        ({"overrides": [{"tests": "tests/test_a.py::test_b"}]}, "without ::"),
        ({"overrides": [{"tests": "tests\\\\a"}]}, "forward slashes"),
        ({"overrides": [{"tests": "a", "modle": "x"}]}, "unknown key of an override 'modle'"),
        ({"overrides": [{"tests": "a", "overrides": []}]}, "unknown key of an override"),
        ({"overrides": [{"tests": "a"}, {"tests": "b", "record": 1}]}, "record = 1 is not allowed"),
        ({"routes": [{"match": "POST *", "model": "no_colon"}]}, "an import name"),
    ],
)
def test_wrong_settings_say_what_is_allowed(values: dict[str, object], message: str) -> None:
    """A wrong key or value is Misuse that quotes it and says what is allowed."""
    with pytest.raises(Misuse) as caught:
        Settings(root=Path()).updated(values, "here")
    assert message in str(caught.value)
    assert "here" in caught.value.where


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot read the settings"), ("record = ", "not readable as TOML")],
)
def test_settings_that_cannot_be_read_say_what_to_do(
    tmp_path: Path, content: str | None, message: str
) -> None:
    """A file that is not there, or no TOML, is Misuse with its place and a way on."""
    file = tmp_path / "argot.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(Misuse, match=message) as caught:
        load(file, tmp_path)
    assert caught.value.where == str(file)
    assert caught.value.fix


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
    """Each scalar setting has a flag with one description; lists and tables have none."""
    defaults = Settings(root=Path())
    scalars = {name for name in KEYS if isinstance(getattr(defaults, name), str | bool | None)}
    assert set(scalar_flags()) == scalars
    assert {
        "cassettes",
        "record",
        "record_errors",
        "fail_on",
        "profile",
        "max_age",
        "stale",
    } <= scalars


def test_the_flag_of_a_yes_or_no_setting_takes_true_and_false() -> None:
    """--argot-record-errors takes true or false and nothing else."""
    settings = Settings(root=Path())
    assert settings.flagged({"record_errors": "true"}).record_errors is True
    assert settings.flagged({"record_errors": "false"}).record_errors is False
    with pytest.raises(Misuse, match="true or false"):
        settings.flagged({"record_errors": "yes"})
    assert settings.flagged({"cassettes": "true"}).cassettes == "true"


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "update", "rewrite", "verify"])
def test_every_record_mode_is_known(mode: str) -> None:
    """Every record mode may be set."""
    assert Settings(root=Path()).updated({"record": mode}, "here").record == mode


def test_all_is_another_word_for_rewrite() -> None:
    """The mode all is rewrite from the start, as setting and as option."""
    assert Settings(root=Path()).updated({"record": "all"}, "here").record == "rewrite"
    assert options_of([((), {"record": "all"})], "t").record == "rewrite"


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("localhost:9200", "localhost:9200"),
        ("*.sentry.io", "*.sentry.io"),
        ("DB.internal", "db.internal"),
        ("10.*", "10.*"),
        ("[::1]:9200", "::1:9200"),
    ],
)
def test_hosts_that_pass_through(host: str, kept: str) -> None:
    """A host pattern is a name or address, with or without a port, in lower case."""
    assert options_of([((), {"passthrough": [host]})], "t").passthrough == (kept,)


@pytest.mark.parametrize("host", ["http://localhost", "localhost/path", "local host", "a:b", ":80"])
def test_what_is_no_host_is_refused(host: str) -> None:
    """A URL, a path or a port that is none is refused, with an example of what is allowed."""
    with pytest.raises(Misuse, match="localhost:9200"):
        Settings(root=Path()).updated({"passthrough": host}, "here")


def test_the_decorator_adds_hosts_and_decides_about_errors(tmp_path: Path) -> None:
    """The decorator's hosts are added to the settings'; its record_errors wins, also when false."""
    from pytest_argot.tape.plan import Plan

    settings = Settings(root=tmp_path).updated({"passthrough": "db", "record_errors": True}, "here")
    silent = Plan(paths=(tmp_path,), record="none", settings=settings)
    assert (silent.passthrough, silent.record_errors) == (("db",), True)
    options = options_of([((), {"passthrough": ["es:9200"], "record_errors": False})], "t")
    told = Plan(paths=(tmp_path,), record="none", settings=settings, options=options)
    assert (told.passthrough, told.record_errors) == (("db", "es:9200"), False)


def test_a_named_file_without_our_table_is_refused(tmp_path: Path) -> None:
    """A pyproject.toml that was asked for and holds no settings is an error, not the defaults."""
    file = tmp_path / "pyproject.toml"
    file.write_text('[project]\nname = "x"\n')
    with pytest.raises(Misuse, match=r"no \[tool.argot\]"):
        load(file, tmp_path)


def test_a_setting_beside_the_table_is_refused(tmp_path: Path) -> None:
    """In argot.toml nothing outside [tool.argot] is silently ignored."""
    (tmp_path / "argot.toml").write_text('record = "once"\n[tool.argot]\nfail_on = "warn"\n')
    with pytest.raises(Misuse, match="'record' is outside"):
        load(tmp_path / "argot.toml", tmp_path)


def test_the_decorator_and_its_documents_know_the_same_options() -> None:
    """Checks, the marker's text, the typed signature and the docs name the same options."""
    root = Path(__file__).resolve().parent.parent
    typed = (root / "pytest_argot/plugin/marker.py").read_text()
    table = (root / "docs/recording.md").read_text().partition("| option |")[2].partition("\n\n")[0]
    told = set(re.findall(r"`(\w+)`", "".join(r.split("|")[1] for r in table.splitlines()[2:])))
    assert set(re.findall(r"(\w+): [^\n]* \| None = \.\.\.|(model|chunk_model): Any", typed)) == {
        ("", name) if name in {"model", "chunk_model"} else (name, "") for name in OPTION_CHECKS
    }
    assert set(SIGNATURE.partition("(*names, ")[2].partition(")")[0].split(", ")) == told
    assert told == set(OPTION_CHECKS)


def test_the_documents_know_every_key() -> None:
    """The table in docs/settings.md has a row for each key, with its flag where it has one."""
    page = Path(__file__).resolve().parent.parent / "docs/settings.md"
    rows = re.findall(r"^\| `(\w+)` \| (?:`(--[\w-]+)`|\u2013) \|", page.read_text(), re.MULTILINE)
    assert dict(rows) == {
        name: f"--argot-{name.replace('_', '-')}" if key.is_scalar else ""
        for name, key in KEYS.items()
    }
