package io.sparkmics.job.settings;

import java.io.Serializable;
import java.util.List;

/**
 * How ranks talk to each other.
 *
 * @param gather one of {@link #GATHERS}
 * @param gathersAhead how many stages ahead units are gathered, at least 1
 * @param acceptPlainText whether they may talk unencrypted although Spark is told to encrypt
 * @param checking whether every collective is checked across ranks; if not, those of the first step are
 */
public record CollectiveSettings(String gather, int gathersAhead, boolean acceptPlainText, boolean checking)
        implements Serializable {

    public static final List<String> GATHERS = List.of("auto", "flat", "hierarchical");

    void check(Problems problems) {
        problems.choice("gather", gather, GATHERS);
        if (gathersAhead < 1) {
            problems.add("Cannot gather units " + gathersAhead
                    + " stages ahead: the next stage's are always on their way. Set gathersAhead to 1 or more.");
        }
    }
}
