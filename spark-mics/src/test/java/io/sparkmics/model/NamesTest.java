package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who writes a model imports our package and those of the tensors, and may do so with wildcards. */
class NamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"io.sparkmics", "io.sparkmics.model"})
    void noPublicClassHasTheNameOfOneOfTheTensors(String ours) {
        List<JavaClass> classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ours).stream()
                        .filter(type -> type.getPackageName().equals(ours) && !type.isNestedClass())
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .toList();

        assertThat(classes).hasSizeGreaterThan(2).noneMatch(type -> isTaken(type.getSimpleName()));
        assertThat(isTaken("Pass")).isTrue();
    }

    private static boolean isTaken(String name) {
        return exists(Tensor.class.getPackageName() + "." + name)
                || exists(Pointer.class.getPackageName() + "." + name);
    }

    /** Nothing of the class runs: its natives stay where they are. */
    private static boolean exists(String name) {
        try {
            Class.forName(name, false, NamesTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
