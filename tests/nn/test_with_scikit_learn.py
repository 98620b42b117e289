"""A classifier among scikit-learn's: its own checks, pipelines, searches, ensembles, and its exceptions."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn

pytest.importorskip("sklearn", minversion="1.6", reason="scikit-learn 1.6 or newer is not installed")
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_digits
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

Array = nn.arrays.Array
SMALL: dict[str, Any] = {"hidden": [8], "epochs": 100}


@pytest.fixture(scope="module")
def digits() -> tuple[Array, Array]:
    """600 of the 1,797, by words."""
    X, y = load_digits(return_X_y=True)
    return X[:600], np.array([f"a {digit}" for digit in "0123456789"])[y[:600]]


@pytest.mark.filterwarnings("ignore:Estimator Classifier does not inherit from `sklearn.base.BaseEstimator`")
def test_it_passes_every_check_of_scikit_learns() -> None:
    results = estimator_checks.check_estimator(nn.Classifier(**SMALL), on_skip=None)
    assert sum(result["status"] == "passed" for result in results) > 40, "or nothing was checked"


def test_it_knows_the_names_of_columns_as_scikit_learns_own_do() -> None:
    estimator_checks.check_dataframe_column_names_consistency("Classifier", nn.Classifier(**SMALL))


def test_it_is_searched_and_validated_within_a_pipeline(digits: tuple[Array, Array]) -> None:
    X, y = digits
    pipeline = make_pipeline(StandardScaler(), nn.Classifier([16], "adam", epochs=30, batch=50))
    grid = {
        "classifier__optimizer": ["adam", nn.Momentum(momentum=0.8)],
        "classifier__optimizer__lr": [1e-5, 0.01],
        "classifier__hidden": [8, [16]],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    best = search.best_estimator_[-1]
    assert search.best_params_["classifier__optimizer__lr"] == best.optimizer.lr == 0.01
    assert set(best.classes_) == set(y)
    assert search.best_score_ > 0.8  # 300 rows are few; chance is 0.1
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert cross_val_score(search.best_estimator_, X, y, cv=2).mean() == pytest.approx(search.best_score_)


def test_an_ensemble_gives_each_member_a_random_state_of_its_own(digits: tuple[Array, Array]) -> None:
    X, y = digits
    bag = BaggingClassifier(nn.Classifier([8], "adam", epochs=1), 3, bootstrap=False, random_state=0).fit(X / 16, y)
    assert len({member.predict_proba(X / 16).tobytes() for member in bag.estimators_}) == 3


def test_a_clone_has_the_settings_and_nothing_that_was_learned() -> None:
    model = nn.Classifier([8], nn.Adam(nn.Step(0.1)), penalties=[nn.L1(0.1)], epochs=2).fit([[0.0], [1.0]], [0, 1])
    other = clone(model)
    assert repr(other) == repr(model)
    assert other.optimizer is not model.optimizer
    assert not hasattr(other, "classes_")
    assert is_classifier(other)


@pytest.mark.parametrize("copied", [lambda thing: pickle.loads(pickle.dumps(thing)), copy.deepcopy])
def test_a_copy_of_a_fitted_pipeline_predicts_the_same_bits(
    digits: tuple[Array, Array], copied: Callable[[Any], Any]
) -> None:
    X, y = digits
    pipeline = make_pipeline(StandardScaler(), nn.Classifier([16], epochs=3)).fit(X, y)
    assert copied(pipeline).predict_proba(X).tobytes() == pipeline.predict_proba(X).tobytes()


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite", "ignore:Scoring failed")
def test_a_failed_training_costs_a_search_one_score_and_no_other(digits: tuple[Array, Array]) -> None:
    X, y = digits
    model = nn.Classifier([8], "sgd", l2=1.0, epochs=200)  # weights are multiplied by 1 - 2 lr l2: -9, or 0.98
    search = GridSearchCV(model, {"optimizer__lr": [5.0, 0.01]}, cv=2)
    with pytest.warns(UserWarning, match="training diverged"):
        search.fit(X / 16, y)
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [True, False]
    assert search.best_params_ == {"optimizer__lr": 0.01}


def test_what_it_says_has_scikit_learns_types() -> None:
    X = np.random.default_rng(0).normal(size=(30, 2))
    with pytest.raises(NotFittedError, match="call fit first"):
        nn.Classifier().predict(X)
    with pytest.raises(NotFittedError, match="call fit first"):
        _ = nn.Classifier().network
    with pytest.warns(ConvergenceWarning, match="training diverged"):
        nn.Classifier([8], nn.SGD(5.0), l2=1.0, epochs=300).fit(X, X[:, 0] > 0)
    with pytest.warns(DataConversionWarning, match="A column-vector y"):
        nn.Classifier(**SMALL).fit(X, X[:, :1] > 0)


def test_sample_weights_are_refused() -> None:
    with pytest.raises(TypeError, match="sample_weight"):
        nn.Classifier(**SMALL).fit([[0.0], [1.0]], [0, 1], sample_weight=[1, 2])  # type: ignore[call-arg]
