package io.sparkmics.monitor;

import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Chart;

/** What several ways take, over what is doubled again and again: a picture in a file of this machine. */
public final class LinePicture {

    /**
     * @param x positive, ascending
     * @param y positive, one for each x
     * @param dashed whether it is another's
     */
    public record Line(String name, List<Double> x, List<Double> y, boolean dashed) {

        public Line {
            x = List.copyOf(x);
            y = List.copyOf(y);
            if (x.isEmpty() || x.size() != y.size()) {
                throw new IllegalArgumentException("Cannot draw the line " + name + ": " + x.size() + " places and "
                        + y.size() + " values. Give as many of both, and at least one.");
            }
        }
    }

    private LinePicture() {}

    /**
     * Over an older picture. On both axes each doubling is as long as the next.
     *
     * @param lines the same ones get the same colors wherever they come in the same order
     * @return one line for people: where it is, or why there is none
     */
    public static String draw(String title, String xAxis, String yAxis, List<Line> lines, Path file) {
        return PictureFile.write(file, font -> new Chart<?, ?>[] {LineChart.of(title, xAxis, yAxis, lines, font)});
    }
}
