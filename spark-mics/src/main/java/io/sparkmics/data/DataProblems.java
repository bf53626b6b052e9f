package io.sparkmics.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is wrong with the rows of a frame, told of their counts: whether there is enough to train on and to evaluate. */
final class DataProblems {

    private final DataSettings settings;
    private final List<PartitionCounts> partitions;
    private final TokenCounts counts;

    private DataProblems(DataSettings settings, List<PartitionCounts> partitions, TokenCounts counts) {
        this.settings = settings;
        this.partitions = partitions;
        this.counts = counts;
    }

    /**
     * @param partitions of the frame
     * @param counts of all of them
     * @return sentences for the user; empty when the rows will do
     */
    static List<String> of(DataSettings settings, List<PartitionCounts> partitions, TokenCounts counts) {
        DataProblems problems = new DataProblems(settings, partitions, counts);
        List<String> wrong = problems.ofContent();
        if (wrong.isEmpty()) {
            // Of rows that are wrong none is counted.
            problems.ofTraining().ifPresent(wrong::add);
            if (settings.validationIndicatorCol().isPresent()) {
                problems.ofValidation().ifPresent(wrong::add);
            }
        }
        return wrong;
    }

    private List<String> ofContent() {
        List<String> problems = new ArrayList<>();
        long foreign = sum(Count.FOREIGN_IDS);
        if (foreign > 0) {
            long example = partitions.stream()
                    .filter(partition -> partition.get(Count.FOREIGN_IDS) > 0)
                    .findFirst()
                    .orElseThrow()
                    .get(Count.FOREIGN_ID_EXAMPLE);
            problems.add(sentence(
                    "Cannot train on column '%s': %,d token ids are not from 0 to %d, for example %d."
                            + " Set a larger vocabulary or mend the ids.",
                    settings.inputCol(), foreign, settings.vocabularySize() - 1, example));
        }
        long nullIds = sum(Count.NULL_IDS);
        if (nullIds > 0) {
            problems.add(sentence(
                    "Cannot train on column '%s': %,d of its token ids are null. Leave them out or mend them.",
                    settings.inputCol(), nullIds));
        }
        long nullIndicators = sum(Count.NULL_INDICATORS);
        if (nullIndicators > 0) {
            problems.add(sentence(
                    "Cannot tell validation rows by column '%s': it is null in %,d rows. Set it to true or false.",
                    settings.validationIndicatorCol().orElseThrow(), nullIndicators));
        }
        for (int column = 0; column < settings.rows().size(); column++) {
            for (RowProblem.Kind kind : RowProblem.Kind.values()) {
                if (!settings.responses() || !ResponseEncoder.leavesOut(kind)) {
                    ofColumn(column, kind).ifPresent(problems::add);
                }
            }
        }
        return problems;
    }

    private Optional<String> ofColumn(int column, RowProblem.Kind kind) {
        long rows = partitions.stream()
                .mapToLong(partition -> partition.rows(column, kind))
                .sum();
        return partitions.stream()
                .filter(partition -> partition.rows(column, kind) > 0)
                .findFirst()
                .map(partition ->
                        partition.problem(column, kind).describe(settings.rows().get(column), rows, "train"));
    }

    private Optional<String> ofTraining() {
        if (counts.trainingDocuments() == 0) {
            return Optional.of(
                    settings.rows().isEmpty()
                            ? sentence(
                                    "Cannot train on column '%s': it has no documents to train on (%,d null rows, %,d empty"
                                            + " documents, %,d validation documents). Give rows that hold text or ids and are"
                                            + " not held out.",
                                    settings.inputCol(),
                                    counts.nullRows(),
                                    counts.emptyDocuments(),
                                    counts.validationDocuments())
                            : sentence(
                                    "Cannot train: the frame has no rows to train on (%,d validation rows%s). Give rows that"
                                            + " are not held out%s.",
                                    counts.validationDocuments(),
                                    leftOut(),
                                    settings.responses() ? ", with responses" : ""));
        }
        return counts.meanWeight() == 0
                ? Optional.of(
                        "Cannot train: the weights of all training rows are 0 in single precision. Give larger ones.")
                : Optional.empty();
    }

    private Optional<String> ofValidation() {
        if (counts.validationSequences() > Integer.MAX_VALUE) {
            return Optional.of(sentence(
                    "Cannot evaluate %,d sequences: it must be fewer than %,d. Mark fewer validation rows.",
                    counts.validationSequences(), Integer.MAX_VALUE));
        }
        return nothingToEvaluate()
                .map(reason -> "Cannot evaluate on the rows that column '"
                        + settings.validationIndicatorCol().orElseThrow() + "' is true for: " + reason
                        + ", or unset validationIndicatorCol and evaluateEvery.");
    }

    /** Why, and what to do. */
    private Optional<String> nothingToEvaluate() {
        if (counts.validationSequences() == 0) {
            return Optional.of(
                    settings.rows().isEmpty()
                            ? sentence(
                                    "%,d validation documents have %,d tokens, of which none is predicted (%,d null rows,"
                                            + " %,d empty documents, %,d training documents). Hold out rows with text",
                                    counts.validationDocuments(),
                                    counts.validationTokens(),
                                    counts.nullRows(),
                                    counts.emptyDocuments(),
                                    counts.trainingDocuments())
                            : sentence(
                                    "there are none (%,d training rows%s). Hold out rows%s",
                                    counts.trainingDocuments(),
                                    leftOut(),
                                    settings.responses() ? " with responses" : ""));
        }
        return settings.form().weighted() && counts.validationWeight() == 0
                ? Optional.of("the weights of all of them are 0 in single precision. Give larger ones")
                : Optional.empty();
    }

    private String leftOut() {
        return settings.responses() ? "; left out: " + counts.leftOut() : "";
    }

    private long sum(Count count) {
        return PartitionCounts.sum(partitions, count);
    }

    private static String sentence(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
