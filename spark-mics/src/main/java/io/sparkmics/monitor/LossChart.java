package io.sparkmics.monitor;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How the loss curve looks. */
final class LossChart {

    /** The smoothed line is, twice, a mean over this part of the run, half before and half after a step. */
    private static final int WINDOWS_IN_RUN = 25;

    private static final String ROUND_LABELS = "round labels";

    private LossChart() {}

    static XYChart of(String model, String unit, List<StepMetrics> all, int width, int height, Font font) {
        List<StepMetrics> steps =
                all.stream().filter(step -> Double.isFinite(step.loss())).toList();
        double[] x = column(steps, StepMetrics::step);
        double[] losses = column(steps, StepMetrics::loss);

        XYChart chart = new XYChartBuilder()
                .width(width)
                .height(height)
                .title("Loss of " + model)
                .xAxisTitle("step")
                .yAxisTitle(unit)
                .build();
        ChartStyle.apply(chart.getStyler(), font);
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setXAxisTickMarkSpacingHint(90);
        chart.getStyler().setYAxisDecimalPattern("0.0##");
        chart.setCustomXAxisTickLabelsFormatter(LossChart::wholeStep);
        line(chart, "training, each step", x, losses, ChartStyle.PALE, 1.2f, SeriesMarkers.NONE);
        line(
                chart,
                "training, smoothed",
                x,
                smooth(smooth(losses)),
                ChartStyle.STRONG,
                2.4f,
                steps.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        List<StepMetrics> validations = all.stream()
                .filter(step -> step.validationLoss() != null && Double.isFinite(step.validationLoss()))
                .toList();
        if (!validations.isEmpty()) {
            double[] at = column(validations, StepMetrics::step);
            double[] validationLosses = column(validations, StepMetrics::validationLoss);
            line(chart, "validation", at, validationLosses, ChartStyle.ACCENT, 1.4f, SeriesMarkers.CIRCLE);
        }
        // Equally spaced steps would be labelled at multiples of any number; one point between them, which is
        // not drawn, and the labels are round.
        line(chart, ROUND_LABELS, new double[] {0.5}, new double[] {Double.NaN}, Color.WHITE, 1, SeriesMarkers.NONE)
                .setShowInLegend(false);
        return chart;
    }

    /** There is no step between two steps, and digits are Latin wherever the driver runs. */
    static String wholeStep(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%,d", (long) value) : " ";
    }

    private static double[] column(List<StepMetrics> steps, ToDoubleFunction<StepMetrics> value) {
        return steps.stream().mapToDouble(value).toArray();
    }

    static double[] smooth(double[] values) {
        int radius = values.length / WINDOWS_IN_RUN / 2;
        double[] sums = new double[values.length + 1];
        for (int i = 0; i < values.length; i++) {
            sums[i + 1] = sums[i] + values[i];
        }
        double[] smoothed = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            // Narrower towards the ends, so that it is always centred: a window cut off would bend the line.
            int reach = Math.min(radius, Math.min(i, values.length - 1 - i));
            smoothed[i] = (sums[i + reach + 1] - sums[i - reach]) / (2 * reach + 1);
        }
        return smoothed;
    }

    private static XYSeries line(
            XYChart chart, String name, double[] x, double[] y, Color color, float width, Marker marker) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        series.setMarker(marker);
        series.setMarkerColor(color);
        return series;
    }
}
