package io.sparkmics.monitor;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Locale;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/** How all pictures look. */
final class ChartStyle {

    static final Color PALE = new Color(0xB9, 0xCF, 0xEA);
    static final Color STRONG = new Color(0x1F, 0x5F, 0xAE);
    static final Color ACCENT = new Color(0xE0, 0x6C, 0x1B);
    static final Color GRID = new Color(0xE6, 0xE9, 0xEE);
    static final Color INK = new Color(0x33, 0x3A, 0x45);

    private ChartStyle() {}

    static void apply(AxesChartStyler style, Font font) {
        style.setBaseFont(font);
        style.setChartTitleFont(font.deriveFont(15f));
        style.setAxisTitleFont(font.deriveFont(14f));
        style.setAxisTickLabelsFont(font.deriveFont(12f));
        style.setLegendFont(font.deriveFont(13f));
        style.setChartFontColor(INK);
        style.setAxisTickLabelsColor(INK);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1f));
        style.setAxisTickMarksColor(GRID);
        style.setChartTitleBoxVisible(false);
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setLegendBorderColor(GRID);
        style.setLegendBackgroundColor(new Color(255, 255, 255, 220));
        style.setMarkerSize(7);
        style.setLocale(Locale.ROOT);
        style.setChartPadding(16);
    }
}
