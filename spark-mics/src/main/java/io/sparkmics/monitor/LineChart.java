package io.sparkmics.monitor;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines of several ways, so many that a color alone does not tell them apart. */
final class LineChart {

    private static final List<Color> COLORS = List.of(
            ChartStyle.STRONG,
            ChartStyle.ACCENT,
            new Color(0x1B, 0x8A, 0x6B),
            new Color(0xA8, 0x3A, 0x7A),
            new Color(0x6B, 0x74, 0x80),
            new Color(0xC2, 0x9A, 0x0B),
            new Color(0x55, 0xA8, 0xDD),
            new Color(0x7A, 0x4B, 0x2A));
    private static final List<Marker> MARKERS =
            List.of(SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.TRIANGLE_UP, SeriesMarkers.DIAMOND);
    private static final float[] DASHES = {7, 5};

    /** What is left for the lines of a picture, about. */
    private static final double PLOT = 0.7;

    private LineChart() {}

    static XYChart of(String title, String xAxis, String yAxis, List<LinePicture.Line> lines, Font font) {
        XYChart chart = new XYChartBuilder()
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        XYStyler style = chart.getStyler();
        ChartStyle.apply(style, font);
        style.setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.setCustomXAxisTickLabelsFormatter(Doublings::label);
        chart.setCustomYAxisTickLabelsFormatter(Doublings::label);
        double[] x = range(lines, LinePicture.Line::x);
        style.setXAxisMin(x[0]);
        style.setXAxisMax(x[1]);
        style.setXAxisTickMarkSpacingHint(spacing(PLOT * Png.WIDTH, x));
        double[] y = range(lines, LinePicture.Line::y);
        style.setYAxisMin(y[0]);
        style.setYAxisMax(y[1]);
        style.setYAxisTickMarkSpacingHint(spacing(PLOT * Png.HEIGHT, y));
        for (int i = 0; i < lines.size(); i++) {
            add(chart, lines.get(i), COLORS.get(i % COLORS.size()), MARKERS.get(i % MARKERS.size()));
        }
        return chart;
    }

    /** From one whole doubling to another. */
    private static double[] range(List<LinePicture.Line> lines, Function<LinePicture.Line, List<Double>> values) {
        DoubleSummaryStatistics all = lines.stream()
                .flatMapToDouble(line -> DoubleStream.of(Doublings.of(values.apply(line))))
                .summaryStatistics();
        double from = Math.floor(all.getMin());
        return new double[] {from, Math.max(from + 1, Math.ceil(all.getMax()))};
    }

    /** Half as much as a doubling takes, so that there is a tick at each and none between. */
    private static int spacing(double points, double[] range) {
        return (int) (points / 2 / (range[1] - range[0]));
    }

    private static void add(XYChart chart, LinePicture.Line line, Color color, Marker marker) {
        XYSeries series = chart.addSeries(line.name(), Doublings.of(line.x()), Doublings.of(line.y()));
        series.setLineColor(color);
        series.setLineStyle(
                line.dashed()
                        ? new BasicStroke(2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, DASHES, 0)
                        : new BasicStroke(2.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        series.setMarker(marker);
        series.setMarkerColor(color);
    }
}
