"""What users bring: labels and inputs of every type, and mistakes, which are answered in words."""

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

import nn
from nn.arrays import per_run

Array = nn.arrays.Array
CODES = np.arange(40) % 2
X = np.array([[-1, 0], [2, 1]])[CODES] + np.arange(80).reshape(40, 2) % 3 // 2  # small integers: exact in every type


def fitted(inputs: Any, labels: Any, **settings: Any) -> nn.Classifier:
    return nn.Classifier((6,), epochs=60, **settings).fit(inputs, labels, validation=(inputs, labels))


EXPECTED = fitted(X, CODES).predict_proba(X)

INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
LABELS: dict[str, tuple[Any, Any]] = {
    **{np.dtype(kind).name: (CODES.astype(kind), [0, 1]) for kind in INTEGERS},
    "large integers": (CODES.astype(np.uint64) + np.uint64(2**64 - 2), [2**64 - 2, 2**64 - 1]),
    "negative integers": (CODES * 5 - 7, [-7, -2]),
    "bool": (CODES == 1, [False, True]),
    "float16": (CODES.astype(np.float16), [0, 1]),
    "float32": (CODES.astype(np.float32), [0, 1]),
    "float64": (CODES * 1e300, [0, 1e300]),
    "strings": (np.array(["cat", "dog"])[CODES], ["cat", "dog"]),
    "bytes": (np.array([b"cat", b"dog"])[CODES], [b"cat", b"dog"]),
    "objects": (np.array(["cat", "dog"], object)[CODES], ["cat", "dog"]),
    "a list of strings": (["cat" if code == 0 else "dog" for code in CODES], ["cat", "dog"]),
    "a list of integers": (CODES.tolist(), [0, 1]),
    "a list of bools": ((CODES == 1).tolist(), [False, True]),
    "objects that are numbers": (np.array([0, 1.0], object)[CODES], [0, 1]),
    "a tuple": (tuple(CODES.tolist()), [0, 1]),
    "big-endian": (CODES.astype(">i4"), [0, 1]),
    "dates": (np.array(["2020-01-01", "2021-01-01"], "M8[D]")[CODES], [np.datetime64("2020"), np.datetime64("2021")]),
}


@pytest.mark.parametrize(("labels", "classes"), LABELS.values(), ids=list(LABELS))
def test_labels_of_any_type_come_back_as_they_are(labels: Any, classes: list[Any]) -> None:
    model = fitted(X, labels)
    assert list(model.classes_) == classes
    assert model.predict_proba(X).tobytes() == EXPECTED.tobytes()
    assert model.predict(X).dtype == np.asarray(labels).dtype
    assert model.score(X, labels) == np.mean(model.predict(X) == np.asarray(labels)) == 1


def strided(array: Array) -> Array:
    """The same numbers, each surrounded by others in memory."""
    wide = np.full((2 * len(array), 3 * array.shape[1]), 99.0)
    wide[::2, ::3] = array
    return wide[::2, ::3]


def read_only(array: Array) -> Array:
    copy = array.copy()
    copy.setflags(write=False)
    return copy


INPUTS: dict[str, Any] = {
    **{np.dtype(kind).name: X.astype(kind) for kind in [np.int8, np.int16, np.int32, np.int64]},
    **{np.dtype(kind).name: X.astype(kind) for kind in [np.float16, np.float32, np.float64, np.longdouble]},
    "objects": X.astype(object),
    "a list of lists": X.tolist(),
    "Fortran order": np.asfortranarray(X, dtype=np.float32),
    "a transposed view": X.T.copy().T,
    "a reversed view": X[::-1, ::-1].copy()[::-1, ::-1],
    "a view with gaps": strided(X),
    "read-only": read_only(X),
    "read-only float32": read_only(X.astype(np.float32)),
    "big-endian": X.astype(">f8"),
    "subclass": np.ma.array(X),
}


@pytest.mark.parametrize("inputs", INPUTS.values(), ids=list(INPUTS))
def test_inputs_of_any_type_and_layout_give_the_same_bits(inputs: Any) -> None:
    before = np.array(inputs)
    assert fitted(inputs, CODES).predict_proba(inputs).tobytes() == EXPECTED.tobytes()
    np.testing.assert_array_equal(np.array(inputs), before)


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.uint64])
def test_bools_and_unsigned_integers_are_numbers_too(kind: type) -> None:
    inputs: nn.arrays.Array = np.column_stack([CODES, 1 - CODES]).astype(kind)
    same = fitted(inputs.astype(np.float64), CODES).predict_proba(inputs)
    assert fitted(inputs, CODES).predict_proba(inputs).tobytes() == same.tobytes()


def test_pandas_frames_and_series_are_welcome() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    names = np.array(["cat", "dog"])[CODES]
    frame = pd.DataFrame(X, columns=["a", "b"], index=range(100, 140))
    for labels in (names, pd.Series(names), pd.Series(names, dtype="category"), pd.Series(names, dtype="string"),
                   pd.Series(names, index=range(40, 0, -1)), pd.Series(CODES, dtype="Int8"),
                   pd.Series(CODES == 1, dtype="boolean")):  # fmt: skip
        for inputs in (frame, frame.astype(np.float32), frame.convert_dtypes(), frame.astype({"a": np.int8})):
            model = fitted(inputs, labels)
            assert model.predict_proba(inputs).tobytes() == EXPECTED.tobytes()
            assert model.score(inputs, labels) == 1
    assert set(fitted(frame, pd.Series(names)).predict(frame)) == {"cat", "dog"}
    with pytest.raises(ValueError, match="y: "):
        fitted(frame, pd.Series(CODES, dtype="Int8").where(CODES == 0))
    with pytest.raises(ValueError, match="X: contains values that are not finite"):
        fitted(frame.where(frame > 0), CODES)
    with pytest.raises(ValueError, match="X: row 0, column 'a': a missing value"):
        fitted(frame.convert_dtypes().where(frame > 0), CODES)


def with_value(value: float) -> Array:
    changed = X.astype(np.float64)
    changed[3, 1] = value
    return changed


def with_cell(value: Any) -> Array:
    changed = X.astype(object)
    changed[3, 1] = value
    return changed


class Sparse:
    """What sparse arrays of every library have."""

    def toarray(self) -> Array:
        return X


ONE_TYPE = "y: expected labels of one type, none of them missing"

MISTAKES: dict[str, tuple[Any, Any, str]] = {
    "X of one dimension": (X[:, 0], CODES, r"X: expected shape \(samples, features\), both >= 1, got \(40,\)"),
    "X of three dimensions": (X[np.newaxis], CODES, r"X: expected shape \(samples, features\).*got \(1, 40, 2\)"),
    "no samples": (X[:0], CODES[:0], r"X: expected shape .* got \(0, 2\)"),
    "no features": (X[:, :0], CODES, r"X: 0 feature\(s\) \(shape=\(40, 0\)\) while a minimum of 1 is required"),
    "a number": (1.0, CODES, r"X: expected shape \(samples, features\).*got \(\)"),
    "complex numbers": (X * 1j, CODES, "X: Complex data not supported"),
    "complex objects": ((X * 1j).astype(object), CODES, r"X: row 0, column 0: expected a number, got \(-0-1j\)"),
    "dates": (X.astype("M8[D]"), CODES, r"X: expected numbers, got an array of datetime64\[D\]"),
    "durations": (X.astype("m8[D]"), CODES, r"X: expected numbers, got an array of timedelta64\[D\]"),
    "numbers as text": (X.astype(str), CODES, "X: expected numbers, got an array of <U21"),
    "numbers as text among objects": (with_cell("1.5"), CODES, "X: row 3, column 1: expected a number, got '1.5'"),
    "nothing": (with_cell(None), CODES, r"X: row 3, column 1: a missing value \(None\)"),
    "a date among objects": (
        with_cell(date(2020, 1, 1)),
        CODES,
        "X: row 3, column 1: expected a number, got datetime.d",
    ),
    "more than a float holds": (with_cell(10**400), CODES, "X: row 3, column 1: int too large to convert to float"),
    "masked": (np.ma.masked_equal(X, 2), CODES, r"X: contains missing \(masked\) values"),
    "records": (np.zeros(40, "f,f"), CODES, "X: expected numbers, got an array of "),
    "sparse": (Sparse(), CODES, r"X: expected an array, got a sparse one; give X\.toarray\(\)"),
    "ragged rows": ([[1, 2], [3]], [0, 1], "inhomogeneous shape"),
    "words": ([["a", "b"], ["c", "d"]], [0, 1], "X: expected numbers, got an array of <U1"),
    "NaN": (with_value(np.nan), CODES, "X: contains values that are not finite in float32"),
    "infinity": (with_value(-np.inf), CODES, "X: contains values that are not finite in float32"),
    "too large for float32": (with_value(1e39), CODES, "X: contains values that are not finite in float32"),
    "too few labels": (X, CODES[:39], r"y: expected 40 labels, one for each row of X, got shape \(39,\)"),
    "sparse labels": (X, Sparse(), "y: expected an array, got a sparse one"),
    "no labels": (X, None, "Classifier requires y to be passed, but the target y is None"),
    "one-hot labels": (X, np.eye(2)[CODES], r"y: expected 40 labels, .* got shape \(40, 2\)"),
    "a single label": (X, 1, r"y: expected 40 labels, .* got shape \(\)"),
    "one class": (X, np.zeros(40), r"y: expected at least two classes, got 1 class: array\(\[0\.\]\)"),
    "missing numbers": (X, np.where(CODES == 0, 0, np.nan), r"^y: contains missing labels \(NaN\)$"),
    "missing numbers among objects": (X, np.array([0, np.nan], object)[CODES], r"^y: contains missing labels \(NaN\)$"),
    "infinite labels": (X, np.where(CODES == 0, 0, np.inf), r"^y: contains missing labels \(infinity\)$"),
    "missing objects": (X, np.array([None, 1], object)[CODES], f"^{ONE_TYPE}, got missing and numbers$"),
    "missing words": (X, np.array(["a", np.nan], object)[CODES], f"^{ONE_TYPE}, got numbers and text$"),
    "missing words in a list": (X, ["a", np.nan] * 20, f"^{ONE_TYPE}, got numbers and text$"),
    "nothing but missing": (X, [None] * 40, f"^{ONE_TYPE}, got missing$"),
    "missing dates": (X, np.array(["2020", "NaT"], "M8[Y]")[CODES], r"^y: contains missing labels \(NaT\)$"),
    "masked labels": (X, np.ma.masked_equal(CODES, 1), r"y: contains missing \(masked\) labels"),
    "words and numbers": (X, np.array(["a", 1], object)[CODES], f"^{ONE_TYPE}, got numbers and text$"),
    "words and numbers in a list": (X, ["a", 1] * 20, f"^{ONE_TYPE}, got numbers and text$"),
    "other objects": (X, [{0}, {1}] * 20, "y: Unknown label type: set; expected whole numbers, text or dates"),
    "what has no order": (X, [date(2020, 1, 1), datetime(2020, 1, 1)] * 20, "y: expected labels that can be sorted"),
    "measurements": (X, CODES + 0.5, "y: Unknown label type: continuous; .* got the measurement 0.5"),
    "measurements among objects": (X, (CODES + 0.5).astype(object), "y: Unknown label type: continuous"),
    "complex labels": (X, CODES * 1j, "y: Unknown label type: complex128"),
    "records as labels": (X, np.zeros(40, "i,i"), "y: Unknown label type: "),
}


@pytest.mark.parametrize(("inputs", "labels", "message"), MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_answered_with_what_was_expected_and_what_came(inputs: Any, labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.Classifier((3,), epochs=1).fit(inputs, labels)


def test_what_overflows_float32_is_fine_in_float64() -> None:
    assert np.isfinite(nn.Classifier((), nn.SGD(1e-80), epochs=1, dtype=np.float64)
                       .fit(with_value(1e39), CODES).network.parameters).all()  # fmt: skip


VALIDATION: dict[str, tuple[Any, Any, str]] = {
    "other features": (X[:, :1], CODES, "X has 1 features, but Classifier is expecting 2 features"),
    "unknown label": (X, CODES + 1, "^validation: a label that does not occur in y$"),
    "labels of another kind": (X, ["0"] * 40, "^y: expected numbers for labels, as in fit, got text$"),
    "NaN": (with_value(np.nan), CODES, "X: contains values that are not finite"),
    "too few labels": (X, CODES[:5], "y: expected 40 labels"),
}


def test_a_validation_set_that_is_no_pair_is_refused() -> None:
    given: list[Any] = [X, (X,), (X, CODES, CODES)]
    for validation in given:
        with pytest.raises(ValueError, match=r"validation: expected a pair \(X, y\), got "):
            nn.Classifier((3,), epochs=1).fit(X, CODES, validation=validation)


@pytest.mark.parametrize(("inputs", "labels", "message"), VALIDATION.values(), ids=list(VALIDATION))
def test_mistakes_in_the_validation_data_are_answered_too(inputs: Any, labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.Classifier((3,), epochs=1).fit(X, CODES, validation=(inputs, labels))


@pytest.mark.parametrize("name", [name for name, (inputs, _, _) in MISTAKES.items() if inputs is not X])
def test_what_fit_refuses_for_X_predicting_refuses_too(name: str) -> None:
    inputs, labels, message = MISTAKES[name]
    model = nn.Classifier((3,), epochs=1).fit(X, CODES)
    for predicting in (model.predict, model.predict_proba, lambda given: model.score(given, labels)):
        with pytest.raises(ValueError, match=message if name != "too few labels" else "y: expected 40 labels"):
            predicting(inputs)


FOR_FIT_ALONE = {"one class", "what has no order"}


@pytest.mark.parametrize(
    "name", [name for name, (inputs, _, _) in MISTAKES.items() if inputs is X and name not in FOR_FIT_ALONE]
)
def test_what_fit_refuses_for_y_scoring_refuses_too(name: str) -> None:
    _, labels, message = MISTAKES[name]
    with pytest.raises(ValueError, match=message):
        nn.Classifier((3,), epochs=1).fit(X, CODES).score(X, labels)


def test_scoring_takes_labels_of_the_type_of_fit_and_of_no_other() -> None:
    numbers, words = (nn.Classifier((3,), epochs=1).fit(X, own) for own in (CODES, np.array(["a", "b"])[CODES]))
    assert numbers.score(X, CODES.astype(float)) == numbers.score(X, CODES)
    assert numbers.score(X, CODES + 7) == 0, "labels that fit never saw are wrong answers"
    for model, labels in ((numbers, ["0"] * 40), (words, CODES), (words, [b"a"] * 40)):
        with pytest.raises(ValueError, match=r"^y: expected (numbers|text) for labels, as in fit, got "):
            model.score(X, labels)


def test_prediction_asks_for_the_features_of_fit() -> None:
    model = fitted(X, CODES)
    with pytest.raises(ValueError, match=r"^X has 3 features, but Classifier is expecting 2 features as input$"):
        model.predict(np.ones((5, 3)))


def test_the_first_value_that_is_not_finite_is_named_with_its_place_among_all_rows() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    model = nn.Classifier((64,), epochs=1).fit(pd.DataFrame(X, columns=["a", "b"]), CODES)
    many = pd.DataFrame(np.ones((5000, 2)), columns=["a", "b"])
    many.loc[4321, "b"] = -np.inf
    with pytest.raises(ValueError, match=r"not finite in float32 \(.*\): -inf in row 4321, column 'b'$"):
        model.predict(many)


def test_a_column_of_labels_is_taken_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="A column-vector y was passed when a 1d array was expected"):
        model = nn.Classifier((6,), epochs=60).fit(X, CODES[:, np.newaxis])
    assert model.predict_proba(X).tobytes() == EXPECTED.tobytes()


def test_columns_in_another_order_or_by_other_names_are_refused_by_name() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pd.DataFrame(np.column_stack([X, X]), columns=list("abcd"))
    model = nn.Classifier((3,), epochs=1).fit(frame, CODES, validation=(frame, CODES))
    assert model.feature_names_in_.tolist() == list("abcd")
    wrong = {
        "the same order as they were in fit": frame[list("dcba")],
        "unseen at fit time:\n- e\nFeature names seen at fit time, yet now missing:\n- a\n": frame.rename(
            columns={"a": "e"}
        ),
        "yet now missing:\n- d\n": frame[list("abc")],
        "unseen at fit time:\n- e\n": frame.assign(e=1),
    }
    for message, other in wrong.items():
        for using in (
            model.predict,
            model.predict_proba,
            lambda given: model.score(given, CODES),
            lambda given: nn.Classifier((3,), epochs=1).fit(frame, CODES, validation=(given, CODES)),
        ):
            with pytest.raises(ValueError, match=message):
                using(other)
    with pytest.raises(ValueError, match="the same order"):
        nn.Classifier((3,), epochs=1).fit(frame.set_axis([4, 5, 6, 7], axis=1), CODES).predict(
            frame.set_axis([7, 6, 5, 4], axis=1)
        )


def test_tables_of_pyarrow_are_frames_too() -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    table = pa.table({"a": X[:, 0], "b": X[:, 1]})
    model = fitted(table, CODES)
    assert model.predict_proba(table).tobytes() == EXPECTED.tobytes()
    with pytest.raises(ValueError, match="same order"):
        model.predict(table.select(["b", "a"]))


def test_names_that_only_one_side_has_are_warned_of_and_counted_columns_are_none() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    frame, counted = pd.DataFrame(X, columns=["a", "b"]), pd.DataFrame(X)
    named, plain = (nn.Classifier((3,), epochs=1).fit(given, CODES) for given in (frame, X))
    with pytest.warns(UserWarning, match="X does not have valid feature names, but Classifier was fitted with"):
        named.predict(X)
    with pytest.warns(UserWarning, match="X has feature names, but Classifier was fitted without"):
        plain.predict(frame)
    plain.predict(counted)
    nn.Classifier((3,), epochs=1).fit(counted, CODES).predict(X)
    assert not hasattr(named.fit(X, CODES), "feature_names_in_")


def test_labels_that_are_nearly_as_many_as_samples_are_asked_about() -> None:
    with pytest.warns(UserWarning, match="y: 40 classes in 40 samples; are they labels?"):
        nn.Classifier((3,), epochs=1).fit(X, np.arange(40))


def test_a_dropout_rate_for_each_of_another_number_of_runs_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^dropout: expected one number or 3 \(one for each run\), got shape \(2,\)$"):
        nn.Network([2, 4, 3], runs=3, dropout=np.array([0.1, 0.2]))


def test_whole_numbers_for_each_run_are_numbers() -> None:
    made = per_run([1, 2], 2)
    assert made.dtype == np.float64
    assert made.tolist() == [[1.0], [2.0]]
    assert per_run(3, 2).tolist() == [[3.0], [3.0]]
    with pytest.raises(ValueError, match=r"^value: expected one number or 3 \(one for each run\), got shape \(2,\)$"):
        per_run([1, 2], 3)


def test_fitting_leaves_the_optimizer_that_was_given_as_it_was() -> None:
    given = nn.Adam(0.1)
    model = nn.Classifier(hidden=[3], optimizer=given, epochs=2)
    model.fit(np.array([[0.0, 1], [1, 0], [2, 2]]), np.array([0, 1, 0]))
    assert given.t == 0
    assert not hasattr(given, "m")
