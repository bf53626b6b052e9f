package io.sparkmics.monitor;

import io.sparkmics.plan.step.Scaling;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How much of its first rate a rank keeps on more and more nodes. */
final class ScalingChart {

    private ScalingChart() {}

    static XYChart of(String title, List<Scaling> rows, Font font) {
        XYChart chart = new XYChartBuilder()
                .title(title)
                .xAxisTitle("ranks")
                .yAxisTitle("rate of a rank, %")
                .build();
        ChartStyle.apply(chart.getStyler(), font);
        chart.getStyler().setXAxisTickMarkSpacingHint(60);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSW);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(110.0);
        chart.setCustomXAxisTickLabelsFormatter(Doublings::label);
        OptionalDouble first = Scaling.firstRate(rows);
        line(chart, "the shortest step", rows, Scaling::chosenRate, first, ChartStyle.STRONG);
        line(chart, "p = W (ZeRO-3)", rows, Scaling::overAllRate, first, ChartStyle.ACCENT);
        return chart;
    }

    private static void line(
            XYChart chart,
            String name,
            List<Scaling> all,
            Function<Scaling, OptionalDouble> rate,
            OptionalDouble first,
            Color color) {
        List<Scaling> rows =
                all.stream().filter(row -> rate.apply(row).isPresent()).toList();
        if (rows.isEmpty()) {
            return;
        }
        XYSeries series = chart.addSeries(
                name,
                rows.stream().mapToDouble(row -> Doublings.of(row.worldSize())).toArray(),
                rows.stream()
                        .mapToDouble(row -> 100 * rate.apply(row).getAsDouble() / first.getAsDouble())
                        .toArray());
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(2.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
    }
}
