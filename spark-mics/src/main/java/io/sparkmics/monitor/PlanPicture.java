package io.sparkmics.monitor;

import io.sparkmics.plan.step.Prediction;
import io.sparkmics.plan.step.Scaling;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Chart;

/** What was predicted, as pictures in a folder of this machine. Needs neither Spark nor Hadoop. */
public final class PlanPicture {

    public static final String PLAN = "plan.png";
    public static final String SCALING = "scaling.png";

    private PlanPicture() {}

    /**
     * Time and memory for each partition group size, over an older picture.
     *
     * @return one line for people: where it is, or why there is none
     */
    public static String plan(String title, List<Prediction> predictions, Path folder) {
        return PictureFile.write(folder.resolve(PLAN), font -> PlanChart.of(title, predictions, font));
    }

    /** Efficiency for each number of ranks; as above. */
    public static String scaling(String title, List<Scaling> rows, Path folder) {
        return PictureFile.write(
                folder.resolve(SCALING), font -> new Chart<?, ?>[] {ScalingChart.of(title, rows, font)});
    }
}
