"""What was asked of which confirm seeds: counted across grids, remembered, and told where it was asked too late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import bench
from bench import campaign, report
from bench.report.remarks import remarks
from bench.results import collect
from bench.statistics import Looks, Plan, UntilDecided
from bench.store.sqlite import Store
from bench.training.executors import InProcess
from tests.bench.place import Place

RATES = [round(0.02 + 0.002 * i, 3) for i in range(20)]


def rates(place: Place, values: list[float], name: str) -> Path:
    """A grid in which every learning rate is a family of its own, confirmed without tuning."""
    text = place.grid.read_text().split("[[optimizer]]")[0]
    text = text.replace("[problem]", 'families = ["optimizer", "optimizer.lr"]\n[problem]')
    entry = f'[[optimizer]]\nname = "adam"\nlr = {values}\n[seeds]\ntune = 0\nconfirm = 6\n[baseline]\naccuracy = 0.4\n'
    return place.write(text + entry, name)


def judged(results: bench.Results) -> tuple[int, int]:
    return results.history.judged, results.families


def test_a_winner_that_a_second_grid_judges_again_is_counted_with_its_rivals(place: Place) -> None:
    """Twenty families, then the best of them alone on the same seeds: it must not be taken for the only one."""
    first = bench.run(rates(place, RATES, "a.toml"), jobs=1, store=place.store)
    assert judged(first) == (20, 20)
    best = first.verdicts.sort_values("mean").iloc[-1]
    second = rates(place, [float(best["family"].split("lr ")[1])], "b.toml")
    again = bench.run(second, jobs=1, store=place.store)
    assert judged(again) == (20, 20)
    alone = again.verdicts.iloc[0]
    names = ["mean", "word_low", "word_high", "word_confidence", "p_adjusted", "word", "families"]
    assert alone[names].to_dict() == best[names].to_dict()
    text = again.report(place.reports).read_text()
    assert "20 configurations were ever judged on these confirm seeds (block 0; by this grid and others" in text
    fresh = bench.run(second, jobs=1, store=place.store, overrides=["seeds.block=1"])
    assert judged(fresh) == (1, 1)
    assert fresh.confirm["seed"].tolist() == list(range(2_000_000, 2_000_006))


def test_seeds_of_other_problems_are_not_counted(place: Place) -> None:
    place.train()
    assert judged(place.train("problem.noise=0.3")) == (2, 2)
    assert judged(place.train()) == (2, 2)
    assert judged(place.train("problem.noise=[0.2, 0.3]")) == (4, 4)


def test_the_other_sides_of_effects_are_not_counted_until_they_are_judged(place: Place) -> None:
    both = "regularization.dropout=[0, 0.5]"
    first = place.train(both)
    assert len(first.tuned.sides) == 4
    assert judged(first) == (2, 2)
    sides = [side for side in first.tuned.sides if side.hash != first.tuned.best[side.family].hash]
    other = place.train("effects=[]", f"regularization.dropout={sides[0].settings.regularization.dropout}")
    assert other.history.judged > 2  # now a family's best, and judged
    assert place.train(both).history.judged == other.history.judged


def test_a_winner_among_the_sides_of_effects_is_counted_with_all_that_were_seen_beside_it(place: Place) -> None:
    several = ("optimizer.adam.lr=[0.01, 0.02, 0.05, 0.1]", 'effects=["optimizer.lr"]')
    first = place.train(*several)
    assert judged(first) == (2, 2)
    sides = {side.hash for side in first.tuned.sides} | {best.hash for best in first.tuned.best.values()}
    other = next(s for s in first.tuned.sides if s.family == "adam" and s.hash != first.tuned.best["adam"].hash)
    rate = other.settings.optimizer.rule.lr
    alone = place.train(f"optimizer.adam.lr={rate}", "effects=[]")
    assert judged(alone) == (len(sides), len(sides))


def test_confirm_runs_older_than_the_record_count_and_are_called_so(place: Place, store: Store) -> None:
    first = place.train()
    with store._connection as connection:
        for table in ("judged", "questions", "seals"):
            connection.execute(f"DELETE FROM {table}")
    assert first.history.judged == 2
    said = "Some of these confirm runs are older than the record"
    assert said in "".join(remarks(collect(place.load(), store)))
    assert said in "".join(remarks(place.train()))
    assert judged(place.train("optimizer.sgd.lr=0.9")) == (3, 3)


def test_sizes_of_other_sets_do_not_make_another_problem(place: Place) -> None:
    """The same confirm seeds draw the same test points, or most of them."""
    place.train()
    assert judged(place.train("problem.validation=6")) == (4, 4)
    assert judged(place.train("problem.test=8")) == (6, 6)


def test_judging_the_same_on_block_after_block_is_said(place: Place) -> None:
    assert remarks(place.train()) == []
    second = place.train("seeds.block=1", name="second")
    assert remarks(second) == [
        "These configurations were judged on block 0 too: each block errs with up to 5.0 %, 2 blocks together with up "
        "to 10.0 %."
    ]
    assert second.history.fresh == 2
    assert "seeds.block = 2 has fresh ones" in second.report(place.reports).read_text()
    assert place.train("seeds.block=999").history.fresh is None


def test_a_reference_that_is_chosen_after_looking_makes_comparisons_exploration(place: Place) -> None:
    named = 'baseline.reference="sgd"'
    place.train()
    after = "The reference was set after looking, so that comparisons with it are exploration"
    assert remarks(place.train(named, name="named")) == [f"{after}: sgd (at first the best on tune seeds)."]
    before = place.train(named, "seeds.block=1", name="before")
    assert after not in " ".join(remarks(before))
    back = place.train("seeds.block=1", name="back")
    assert f"{after}: the best on tune seeds (at first sgd)." in remarks(back)


def test_effects_that_are_chosen_after_looking_are_exploration(place: Place) -> None:
    both = ("regularization.l2=[0, 0.1]", "regularization.dropout=[0, 0.5]")
    assert remarks(place.train(*both)) == []
    [remark] = remarks(place.train(*both, 'effects=["regularization.dropout"]'))
    assert remark == (
        "Which effects are judged was set after looking, so that they are exploration: regularization.dropout "
        "(at first regularization.l2 and regularization.dropout)."
    )


def test_each_configuration_has_a_first_time(place: Place) -> None:
    """One was judged with 12 seeds, the other with 6; together with 12 the second was extended after looking."""
    text = place.grid.read_text().replace("lr = [0.1, 0.5]", "lr = 0.1")
    sgd, adam = text.split("[[optimizer]]")[1:]
    head, tail = text.split("[[optimizer]]")[0], "[seeds]" + text.split("[seeds]")[1]
    one = place.write(f"{head}[[optimizer]]{sgd}{tail}", "one.toml")
    two = place.write(f"{head}[[optimizer]]{adam}", "two.toml")
    bench.run(one, jobs=1, store=place.store, tune=0, confirm=12)
    bench.run(two, jobs=1, store=place.store, tune=0, confirm=6)
    place.write(text)
    assert place.train(tune=0, confirm=12).changed == {"confirm": (6, 12)}


def test_verdicts_on_runs_that_are_not_all_there_are_provisional(place: Place, store: Store) -> None:
    place.train()
    with store._connection as connection:
        connection.execute("DELETE FROM runs WHERE seed = 1000005")
    verdicts = collect(place.load(), store).verdicts
    assert (verdicts["n_missing"] == 1).all()
    assert set(verdicts["reasons"]) == {"1 of 6 runs are not there yet, so this is provisional"}


def test_the_plan_that_was_asked_for_last_is_judged(place: Place, store: Store) -> None:
    close = place.load("baseline.accuracy=0.36")
    plans: list[Plan] = [Looks(3, 6), UntilDecided(20), Looks(3, 6)]
    for plan in plans:
        assert campaign.run(close, store, InProcess(), plan=plan).plan == plan
        assert collect(close, store).plan == plan


def test_a_grid_of_other_configurations_does_not_inherit_a_plan(place: Place, store: Store) -> None:
    campaign.run(place.load("baseline.accuracy=0.36"), store, InProcess(), plan=UntilDecided(17))
    assert place.train("network.hidden=[5]", "baseline.accuracy=0.36").drawn == 6


def test_blocks_of_confirm_seeds_never_overlap(place: Place) -> None:
    blocks = [place.load(f"seeds.block={block}").seeds.of_block for block in (0, 1, 2, 999)]
    assert [block[0] for block in blocks] == [1_000_000, 2_000_000, 3_000_000, 1_000_000_000]
    assert all(len(block) == 1_000_000 for block in blocks)


def test_a_claim_that_is_set_after_looking_is_called_so_and_what_holds_is_offered(place: Place, store: Store) -> None:
    place.train()
    later = place.train("baseline.accuracy=0.35", "baseline.margin=0.02")
    assert later.changed == {"accuracy": (0.4, 0.35), "margin": (0.01, 0.02)}
    text = report.write(later, place.reports / "tiny").read_text()
    lowest = later.verdicts.sort_values("word_low").iloc[-1]
    assert (
        "The claim was set after looking: accuracy 35.0 % (at first 40.0 %) and margin 2 points (at first 1 point)"
        in text
    )
    assert f"{lowest['family']} at least {100 * lowest['word_low']:.1f} %" in text
    assert collect(place.load("baseline.accuracy=0.35"), store).changed == {"accuracy": (0.4, 0.35)}
    assert collect(place.load(), store).changed == {}


def test_a_claim_may_change_as_long_as_nobody_can_have_looked(
    place: Place, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = campaign._Trainer.train

    def interrupted(trainer: Any, stage: str, *runs: Any) -> None:
        if stage == "confirm":
            raise KeyboardInterrupt
        train(trainer, "tune", *runs)

    with monkeypatch.context() as patch:
        patch.setattr(campaign._Trainer, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.train()
    assert [asked.facts["accuracy"] for asked in store.asked()] == [0.4]
    assert place.train("baseline.accuracy=0.35").changed == {}
    assert [asked.facts["accuracy"] for asked in store.asked()] == [0.35]


def test_more_seeds_after_looking_make_the_verdicts_exploration(place: Place) -> None:
    place.train()
    more = place.train(confirm=9, name="more")
    assert more.changed == {"confirm": (6, 9)}
    text = more.report(place.reports).read_text()
    assert "Set after looking, so that these verdicts are exploration: confirm 9 (at first 6)" in text


def test_what_was_drawn_until_decided_is_judged_so_by_every_later_command(place: Place, store: Store) -> None:
    close = place.load("baseline.accuracy=0.36")
    drawn = campaign.run(close, store, InProcess(), plan=UntilDecided(17))
    assert drawn.drawn == 17
    assert drawn.plan == UntilDecided(17)
    for later in (collect(close, store), campaign.run(close, store, InProcess())):
        assert (later.drawn, later.plan) == (17, UntilDecided(17))
        assert later.verdicts.to_csv() == drawn.verdicts.to_csv()
        assert later.changed == {}
    assert len(drawn.compared) == 2 * 6  # comparisons rest on the seeds that were set before looking
    text = report.write(drawn, place.reports / "tiny").read_text()
    assert "17 seeds were drawn until decided, and verdicts hold whenever one stops" in text
    assert "the betting sequence, which holds whenever one stops" in text


def test_looks_end_when_all_is_decided_and_are_remembered(place: Place, store: Store) -> None:
    close = place.load("baseline.accuracy=0.36")
    results = campaign.run(close, store, InProcess(), plan=Looks(3, 6))
    assert results.drawn in (6, 12, 18)
    assert results.drawn == 18 or "inconclusive" not in set(results.verdicts["kind"])
    assert collect(close, store).plan == Looks(3, 6)
    far = campaign.run(place.load("baseline.accuracy=0.99", "seeds.block=1"), store, InProcess(), plan=Looks(3, 6))
    assert set(far.verdicts["kind"]) == {"below"}
    assert far.drawn < 18
