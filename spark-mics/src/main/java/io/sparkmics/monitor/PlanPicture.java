package io.sparkmics.monitor;

import io.sparkmics.plan.step.Prediction;
import io.sparkmics.plan.step.Scaling;
import java.awt.Font;
import java.awt.FontFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Chart;

/** What was predicted, as pictures in a folder of this machine. Needs neither Spark nor Hadoop. */
public final class PlanPicture {

    public static final String PLAN = "plan.png";
    public static final String SCALING = "scaling.png";

    @FunctionalInterface
    private interface Charts {
        Chart<?, ?>[] draw(Font font);
    }

    private PlanPicture() {}

    /**
     * Time and memory for each partition group size, over an older picture.
     *
     * @return one line for people: where it is, or why there is none
     */
    public static String plan(String title, List<Prediction> predictions, Path folder) {
        return draw(folder.resolve(PLAN), font -> PlanChart.of(title, predictions, font));
    }

    /** Efficiency for each number of ranks; as above. */
    public static String scaling(String title, List<Scaling> rows, Path folder) {
        return draw(folder.resolve(SCALING), font -> new Chart<?, ?>[] {ScalingChart.of(title, rows, font)});
    }

    private static String draw(Path file, Charts charts) {
        try {
            byte[] png = Png.of(charts.draw(PictureFont.load()));
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, png);
            return "The picture is in " + file + ".";
        } catch (IOException | FontFormatException | RuntimeException e) {
            return "There is no picture: " + e + ".";
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Error e) {
            // As for the loss curve: without fonts, Java's graphics throw InternalError and plain Error.
            return "There is no picture: this Java cannot draw text (" + e + "). Install fontconfig and a font.";
        }
    }
}
