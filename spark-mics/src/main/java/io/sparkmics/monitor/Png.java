package io.sparkmics.monitor;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.internal.chartpart.Chart;

/** Charts as the bytes of a picture. */
final class Png {

    /** Points of a picture. */
    static final int WIDTH = 900;

    static final int HEIGHT = 540;

    private static final int PIXELS_PER_POINT = 2;

    private Png() {}

    /** Side by side, each as wide as the others. */
    static byte[] of(Chart<?, ?>... charts) throws IOException {
        BufferedImage image =
                new BufferedImage(WIDTH * PIXELS_PER_POINT, HEIGHT * PIXELS_PER_POINT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        int width = WIDTH / charts.length;
        try {
            graphics.scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
            for (Chart<?, ?> chart : charts) {
                chart.paint(graphics, width, HEIGHT);
                graphics.translate(width, 0);
            }
        } finally {
            graphics.dispose();
        }
        return encode(image);
    }

    private static byte[] encode(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // In memory: what is cached in files needs a shutdown hook, and a run that is interrupted gets none any more.
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        }
        return bytes.toByteArray();
    }
}
