package io.sparkmics.monitor;

import java.awt.Font;
import java.awt.FontFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The picture's own font: a machine that has a Java and nothing else has none to lend. */
final class PictureFont {

    /** Java looks here for its fonts before it asks the system's fontconfig. */
    private static final String PROPERTY = "sun.awt.fontconfig";

    private PictureFont() {}

    /** @throws Error where this Java cannot write text at all */
    static Font load() throws IOException, FontFormatException {
        try {
            return read();
        } catch (IOException | RuntimeException | InternalError withoutFontconfig) {
            return readWithoutFontconfig(withoutFontconfig);
        }
    }

    private static Font read() throws IOException, FontFormatException {
        try (InputStream in = PictureFont.class.getResourceAsStream("picture-font.ttf")) {
            return Font.createFont(Font.TRUETYPE_FONT, in);
        }
    }

    /** Where the system describes no fonts, Java gives up before it looks at ours: unless told that there are none. */
    private static Font readWithoutFontconfig(Throwable why) throws IOException, FontFormatException {
        if (System.getProperty(PROPERTY) != null) {
            throw new IOException("this Java cannot load a font (" + why + ").", why);
        }
        Path none = Files.createTempFile("no-fonts", ".properties");
        try {
            Files.writeString(none, "version=1\nsequence.allfonts=default\n");
            System.setProperty(PROPERTY, none.toString());
            return read();
        } finally {
            System.clearProperty(PROPERTY);
            Files.delete(none);
        }
    }
}
