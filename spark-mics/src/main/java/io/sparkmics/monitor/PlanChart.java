package io.sparkmics.monitor;

import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Prediction;
import java.awt.Color;
import java.awt.Font;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Two charts side by side: what a step takes with each partition group size, and what a rank does. */
final class PlanChart {

    private static final double GIBIBYTE = 1L << 30;
    private static final Color UPDATE = new Color(0x8A, 0x94, 0xA3);

    /** Larger bars than this many limits are cut off: they would make the others dots. */
    private static final double HIGHEST = 2;

    private final List<Prediction> bars;
    private final List<String> labels;
    private final Font font;

    private PlanChart(List<Prediction> bars, Font font) {
        this.bars = bars;
        this.labels = bars.stream()
                .map(bar -> Integer.toString(bar.partitionGroupSize()))
                .toList();
        this.font = font;
    }

    static Chart<?, ?>[] of(String title, List<Prediction> predictions, Font font) {
        PlanChart chart = new PlanChart(bestGather(predictions), font);
        return new Chart<?, ?>[] {chart.time(title), chart.memory()};
    }

    /** One bar for each partition group size, of the gather that suits it. */
    private static List<Prediction> bestGather(Collection<Prediction> predictions) {
        Map<Integer, Prediction> best = new TreeMap<>();
        predictions.forEach(prediction -> best.merge(
                prediction.partitionGroupSize(),
                prediction,
                (one, other) -> Planner.best(List.of(one, other)).orElse(one)));
        return List.copyOf(best.values());
    }

    private CategoryChart time(String title) {
        CategoryChart chart = chart(title, "seconds of a step");
        bar(chart, "compute", bar -> fits(bar, bar.time().compute()), ChartStyle.STRONG);
        bar(chart, "communication not hidden", bar -> fits(bar, bar.time().exposed()), ChartStyle.ACCENT);
        bar(chart, "update", bar -> fits(bar, bar.time().update()), UPDATE);
        bar(chart, "does not fit", bar -> bar.memory().fits() ? 0 : bar.time().step(), ChartStyle.GRID);
        double highest =
                bars.stream().mapToDouble(bar -> bar.time().step()).max().orElse(1);
        // Room for the legend above the bars.
        chart.getStyler().setYAxisMax(1.65 * highest);
        return chart;
    }

    private static double fits(Prediction bar, double seconds) {
        return bar.memory().fits() ? seconds : 0;
    }

    private CategoryChart memory() {
        Optional<Prediction> chosen = Planner.best(bars);
        CategoryChart chart = chart(
                chosen.map(best -> "Shortest: p = " + best.partitionGroupSize()).orElse("None fits"), "GiB of a rank");
        bar(chart, "states and buffers", bar -> bar.memory().modelBytes() / GIBIBYTE, ChartStyle.STRONG);
        bar(chart, "activations", bar -> bar.memory().activationBytes() / GIBIBYTE, ChartStyle.PALE);
        double limit = bars.get(0).memory().limit() / GIBIBYTE;
        CategorySeries line = bar(chart, "what there is", bar -> limit, ChartStyle.ACCENT);
        line.setChartCategorySeriesRenderStyle(CategorySeries.CategorySeriesRenderStyle.Line);
        line.setMarker(SeriesMarkers.NONE);
        double highest = bars.stream()
                .mapToDouble(bar -> (bar.memory().limit() - bar.memory().left()) / GIBIBYTE)
                .max()
                .orElse(limit);
        chart.getStyler().setYAxisMax(Math.max(1.4 * limit, Math.min(highest, HIGHEST * limit)));
        return chart;
    }

    private CategoryChart chart(String title, String yAxis) {
        CategoryChart chart = new CategoryChartBuilder()
                .title(title)
                .xAxisTitle("partition group size p")
                .yAxisTitle(yAxis)
                .build();
        CategoryStyler style = chart.getStyler();
        ChartStyle.apply(style, font);
        style.setStacked(true);
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setAvailableSpaceFill(0.7);
        // Every size has its label.
        style.setXAxisTickMarkSpacingHint(20);
        style.setYAxisMin(0.0);
        style.setYAxisDecimalPattern("#,##0.###");
        return chart;
    }

    private CategorySeries bar(CategoryChart chart, String name, ToDoubleFunction<Prediction> value, Color color) {
        CategorySeries series = chart.addSeries(
                name, labels, bars.stream().map(value::applyAsDouble).toList());
        series.setFillColor(color);
        series.setLineColor(color);
        return series;
    }
}
