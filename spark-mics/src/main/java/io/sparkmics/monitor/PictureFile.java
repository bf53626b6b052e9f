package io.sparkmics.monitor;

import java.awt.Font;
import java.awt.FontFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.knowm.xchart.internal.chartpart.Chart;

/** A picture in a file of this machine. */
final class PictureFile {

    /** Draws them side by side. */
    @FunctionalInterface
    interface Charts {
        Chart<?, ?>[] draw(Font font);
    }

    private PictureFile() {}

    /**
     * Over an older one.
     *
     * @return one line for people: where it is, or why there is none
     */
    static String write(Path file, Charts charts) {
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
