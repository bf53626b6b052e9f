package io.sparkmics.checkpoint.manifest;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which checkpoint it is.
 *
 * @param runId 12 hexadecimal digits in lower case
 * @param attempt of the run, from 0
 * @param step how many steps are done
 */
public record CheckpointId(String runId, int attempt, long step) {

    private static final long MOST_STEPS = 999_999_999_999L;
    private static final Pattern RUN = Pattern.compile("[0-9a-f]{12}");
    private static final Pattern FOLDER = Pattern.compile("step-(\\d{12})-([0-9a-f]{12})-(0|[1-9]\\d{0,8})");

    public CheckpointId {
        if (!RUN.matcher(runId).matches()) {
            throw new IllegalArgumentException(
                    "Cannot name a checkpoint: the run id '" + runId + "' is not 12 hexadecimal digits.");
        }
        if (attempt < 0 || attempt > 999_999_999 || step < 0 || step > MOST_STEPS) {
            throw new IllegalArgumentException("Cannot name a checkpoint of step " + step + " in attempt " + attempt
                    + ": steps are 0 to " + MOST_STEPS + ", attempts 0 to 999999999.");
        }
    }

    /** What the checkpoint's folder is called; in the order of the steps when sorted as text. */
    public String folderName() {
        return String.format(Locale.ROOT, "step-%012d-%s-%d", step, runId, attempt);
    }

    /** Empty where it is not the name of a checkpoint's folder. */
    public static Optional<CheckpointId> ofFolderName(String name) {
        Matcher matcher = FOLDER.matcher(name);
        return matcher.matches()
                ? Optional.of(new CheckpointId(
                        matcher.group(2), Integer.parseInt(matcher.group(3)), Long.parseLong(matcher.group(1))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "step " + step + " of run " + runId + ", attempt " + attempt;
    }
}
