package io.sparkmics.monitor;

import java.awt.FontFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * {@code loss.png}: the loss of every step, a smoothed line through it, the validation losses.
 *
 * @param file where it is, if it could be drawn
 * @param message one line for people: where it is, or why there is none
 */
public record LossPicture(Optional<Path> file, String message) {

    public static final String FILE_NAME = "loss.png";

    /**
     * Draws the picture into a folder, over an older one. Never fails a run: no disk, no graphics and no fonts are reasons
     * to have no picture, and nothing more.
     *
     * @param model what its title says of the model
     * @param unit what it says that the loss is
     */
    public static LossPicture draw(
            String model, String unit, List<StepMetrics> steps, Path folder, Configuration hadoop) {
        Path file = new Path(folder, FILE_NAME);
        if (steps.stream().noneMatch(step -> Double.isFinite(step.loss()))) {
            return none("no step has a loss that is a number.");
        }
        try {
            byte[] png = Png.of(LossChart.of(model, unit, steps, Png.WIDTH, Png.HEIGHT, PictureFont.load()));
            try (OutputStream out = PlainFiles.create(file, hadoop)) {
                out.write(png);
            }
            return new LossPicture(Optional.of(file), "The loss curve is in " + file + ".");
        } catch (IOException | FontFormatException | RuntimeException e) {
            return none(e.getMessage());
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Error e) {
            // Not only LinkageError: without fonts, Java's graphics throw InternalError and plain Error.
            return none("this Java cannot draw text (" + e + "). Install fontconfig and a font.");
        }
    }

    private static LossPicture none(String reason) {
        return new LossPicture(Optional.empty(), "There is no loss curve: " + reason);
    }
}
