package io.sparkmics.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.ModelConfig;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDeclarationTest {

    private static final String SERVICE_FILE = "META-INF/services/io.sparkmics.model.ModelConfig";

    /** Counts what has run of classes that nobody may run. */
    private static final AtomicInteger RUN = new AtomicInteger();

    /** A model's configuration as good as any: but nobody has declared it. */
    @SuppressWarnings("unused")
    record Trap(int layers) implements ConfigOnly {
        static {
            RUN.incrementAndGet();
        }
    }

    /** Declared, and no model's configuration. */
    @SuppressWarnings("unused")
    static final class NoConfig {
        static {
            RUN.incrementAndGet();
        }
    }

    /** Declared, and no record. */
    @SuppressWarnings("unused")
    static final class NoRecord implements ConfigOnly {

        private static final long serialVersionUID = 1L;

        static {
            RUN.incrementAndGet();
        }
    }

    record Declared(int layers) implements ConfigOnly {}

    record SetByCode(int layers) implements ConfigOnly {}

    @TempDir
    Path folder;

    @Test
    void aConfigurationThatNobodyDeclaresIsRefusedBeforeItsClassRuns() {
        String trap = Trap.class.getName();

        assertThatThrownBy(() -> ModelConfigJson.read("{\"class\":\"" + trap + "\",\"layers\":1}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read the model's configuration: nothing on the class path declares " + trap
                        + " as one, and what is saved may not choose which code runs. If it is yours: Put a file "
                        + SERVICE_FILE + " with the line " + trap + " into the jar of the class, or give an instance to"
                        + " setModel before you load.");
        assertThat(RUN).hasValue(0);
    }

    @Test
    void aClassThatNobodyDeclaresIsNotEvenLookedFor() throws IOException {
        try (URLClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader()) {
            @Override
            public Class<?> loadClass(String name) throws ClassNotFoundException {
                if (name.equals("evil.Config")) {
                    RUN.incrementAndGet();
                }
                return super.loadClass(name);
            }
        }) {
            assertThatThrownBy(() -> with(loader, () -> ModelConfigJson.read("{\"class\":\"evil.Config\"}")))
                    .hasMessageContaining("nothing on the class path declares evil.Config");
        }
        assertThat(RUN).hasValue(0);
    }

    @Test
    void aDeclaredConfigurationIsRead() throws IOException {
        try (URLClassLoader loader = declaring("# ours\n  " + Declared.class.getName() + "  # the only one\n\n")) {
            String json = "{\"class\":\"" + Declared.class.getName() + "\",\"layers\":3}";
            assertThat(with(loader, () -> ModelConfigJson.read(json))).isEqualTo(new Declared(3));
        }
    }

    @Test
    void whatIsDeclaredAndIsNoConfigurationIsRefusedBeforeItRuns() throws IOException {
        try (URLClassLoader loader =
                declaring(NoConfig.class.getName() + "\n" + NoRecord.class.getName() + "\nno.such.Config\n")) {
            refuses(loader, NoConfig.class.getName(), " is no ModelConfig. Only such classes are accepted.");
            refuses(loader, NoRecord.class.getName(), " is neither a record nor a case class. Make it one");
            refuses(loader, "no.such.Config", "there is no class no.such.Config. Put the jar");
        }
        assertThat(RUN).hasValue(0);
    }

    @Test
    void whatCodeHasSetNeedsNoDeclaration() {
        ModelConfig config = new SetByCode(5);

        assertThat(ModelConfigJson.read(ModelConfigJson.write(config))).isEqualTo(config);
    }

    @Test
    void whoTrainsAModelThatNobodyDeclaresIsToldBefore() {
        assertThat(ModelDeclaration.warning(new SetByCode(5)))
                .hasValue("The model can be saved, but only this process will load it again: nothing declares its"
                        + " configuration " + SetByCode.class.getName() + ". Put a file " + SERVICE_FILE
                        + " with the line " + SetByCode.class.getName()
                        + " into the jar of the class, or give an instance to setModel before you load.");
        assertThat(ModelDeclaration.warning(Gpt.config())).isEmpty();
    }

    @Test
    void namesThatAreNoneAreRefused() {
        for (String name :
                new String[] {"", " ", "a..b", "../Config", "[I", "int[]", "a\nb", "a/b", "1a", "a.".repeat(999)}) {
            assertThatThrownBy(() -> ModelDeclaration.find(name))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot read the model's configuration: its class is not the name of one.");
        }
        assertThat(ModelDeclaration.find(GptConfig.class.getName())).isEqualTo(GptConfig.class);
    }

    @Test
    void aServiceFileThatCannotBeReadIsNamedWithItsLine() throws IOException {
        try (URLClassLoader loader = declaring("good.Config\ntwo words\n")) {
            assertThatThrownBy(() -> with(loader, () -> ModelDeclaration.find("other.Config")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Cannot read which models are declared in file:")
                    .hasMessageContaining(SERVICE_FILE
                            + ": line 2 is no class name. Write one a line, a nested one as Outer$Nested.");
        }
    }

    private URLClassLoader declaring(String lines) throws IOException {
        Path file = folder.resolve(SERVICE_FILE);
        Files.createDirectories(file.getParent());
        Files.writeString(file, lines);
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
    }

    private static void refuses(ClassLoader loader, String name, String reason) {
        assertThatThrownBy(() -> with(loader, () -> ModelConfigJson.read("{\"class\":\"" + name + "\"}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    private static <T> T with(ClassLoader loader, Supplier<T> work) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return work.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
