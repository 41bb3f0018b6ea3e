//! The short form of the campaign.

#[test]
fn nothing_is_lost_or_doubled_whatever_fails() {
    let seed = 1;
    let report = faults::run(6_000, seed, || ());
    let found = (report.lost, report.doubled);
    assert_eq!(found, (0, 0), "seed {seed}: {:?}", report.differences);
    assert_eq!((report.events, report.differences), (6_000, vec![]), "seed {seed}");
    assert!(
        report.duplicates * 10 >= report.events,
        "{} duplicates",
        report.duplicates
    );
    assert!(report.forgotten > 0, "no user was forgotten");
    assert!(report.recovered > 0, "no view reached only the log");
    assert_eq!((report.poison, report.needless), (24, 0));
    assert!(report.days > 15, "{} days", report.days);
    for (fault, times) in report.faults {
        assert!(times > 0, "no {fault:?} was raised");
    }
}

#[test]
fn damaged_counters_are_repaired_under_faults_and_what_is_not_certain_is_left_alone() {
    let repairs = faults::repairs_under_faults(600, 2);
    let kinds =
        ["asset#", "user#", "day#"].map(|kind| repairs.damage.keys().filter(|name| name.starts_with(kind)).count());
    assert!(kinds.into_iter().all(|damaged| damaged > 2), "{kinds:?}");
    for (times, what) in [
        (repairs.repaired, "written"),
        (repairs.overtaken, "overtaken by a view"),
        (repairs.failed, "failed by the table"),
        (repairs.died, "broken off"),
    ] {
        assert!(times > 0, "no repair was {what}");
    }
    assert!(repairs.are_exact(), "{repairs:?}");
}

#[test]
fn a_seed_makes_the_same_run_again() {
    let report = || format!("{:?}", faults::run(300, 2, || ()));
    assert_eq!(report(), report());
}

#[test]
fn a_day_without_the_table_needs_no_operator() {
    let day = faults::day_without_the_table(150, 1);
    assert_eq!((day.played.views(), day.dead_letters), (150, 0));
    assert_eq!(day.played.differences(&day.counted), []);
}
