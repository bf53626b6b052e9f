package io.sparkmics.job.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.job.rank.FailureKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class RestartRuleTest {

    private static final RestartRule RULE = new RestartRule(3, false);

    private static Failure failure(FailureKind kind, String message, long step) {
        return new Failure(kind, "java.lang.IllegalStateException", message, 1, "a", step);
    }

    @ParameterizedTest
    @EnumSource(names = {"INPUT", "CANCELLED", "NO_SLOTS"})
    void whatCannotPassIsNotTriedAgain(FailureKind kind) {
        assertThat(RULE.refuse(failure(kind, "x", 7), null, true, 0)).isPresent();
    }

    @Test
    void fewerRanksMayDoWhereSlotsAreMissing() {
        assertThat(new RestartRule(3, true).refuse(failure(FailureKind.NO_SLOTS, "x", 7), null, true, 0))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"INPUT", "CANCELLED", "NO_SLOTS"})
    void everythingElseIsOnceAStepWasDone(FailureKind kind) {
        assertThat(RULE.refuse(failure(kind, "x", 7), null, true, 0)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"CODE", "MEMORY", "COMMUNICATION"})
    void whatHasNeverGoneWellIsNot(FailureKind kind) {
        assertThat(RULE.refuse(failure(kind, "x", 0), null, false, 0))
                .contains("no step has ever been done, so it would fail again");
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST", "SILENT", "STUCK", "FETCH", "STORAGE", "DEVICE", "CONSEQUENCE"})
    void whatTheClusterDidMayPassBeforeTheFirstStepToo(FailureKind kind) {
        assertThat(RULE.refuse(failure(kind, "x", 0), null, false, 0)).isEmpty();
    }

    @Test
    void aGpuThatBreaksTwiceAtTheSameStepIsNotTheGpu() {
        Failure first = failure(FailureKind.DEVICE, "Cannot use the GPU any more", 0);
        assertThat(RULE.refuse(failure(FailureKind.DEVICE, "Cannot use the GPU any more", 0), first, false, 1))
                .contains("it failed in the same way at the same step twice");
    }

    @Test
    void theSameAtTheSameStepTwiceIsTheEnd() {
        Failure first = failure(FailureKind.CODE, "no room for 17 rows at 0x7f3a", 12);
        assertThat(RULE.refuse(failure(FailureKind.CODE, "no room for 23 rows at 0x11bc", 12), first, true, 1))
                .contains("it failed in the same way at the same step twice");
        assertThat(RULE.refuse(failure(FailureKind.CODE, "no room for 17 rows at 0x7f3a", 13), first, true, 1))
                .isEmpty();
        assertThat(RULE.refuse(failure(FailureKind.CODE, "another", 12), first, true, 1))
                .isEmpty();
    }

    @Test
    void anExecutorCanBeLostAtTheSameStepTwice() {
        Failure lost = failure(FailureKind.LOST, "executor 1 was lost", 12);
        assertThat(RULE.refuse(lost, lost, true, 1)).isEmpty();
    }

    @Test
    void theBudgetIsKept() {
        Failure failure = failure(FailureKind.LOST, "x", 7);
        assertThat(RULE.refuse(failure, null, true, 2)).isEmpty();
        assertThat(RULE.refuse(failure, null, true, 3))
                .contains("maxRestarts allows 3 restarts without a new checkpoint in between");
        assertThat(new RestartRule(0, false).refuse(failure, null, true, 0)).contains("maxRestarts is 0");
    }
}
