package io.sparkmics.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.Product;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Scala's case classes, written as scalac compiles them; a real one from a real shell is in integration-tests. */
final class CaseClassTest {

    private int number;

    /** {@code case class Shape(layers: Int, rates: Seq[Double], name: Option[String])}. */
    public static final class Shape implements ConfigOnly, Product {

        private static final long serialVersionUID = 1L;

        private final int layers;
        private final Seq<Double> rates;
        private final Option<String> name;

        /** A value of the body, which is no parameter. */
        private final int twice;

        public Shape(int layers, Seq<Double> rates, Option<String> name) {
            if (layers < 1) {
                throw new IllegalArgumentException("requirement failed: layers must be positive");
            }
            this.layers = layers;
            this.rates = rates;
            this.name = name;
            this.twice = 2 * layers;
        }

        @Override
        public int productArity() {
            return 3;
        }

        @Override
        public Object productElement(int n) {
            return List.of(layers, rates, name).get(n);
        }

        @Override
        public String productElementName(int n) {
            return List.of("layers", "rates", "name").get(n);
        }

        @Override
        public boolean canEqual(Object other) {
            return other instanceof Shape;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Shape shape
                    && layers == shape.layers
                    && rates.equals(shape.rates)
                    && name.equals(shape.name)
                    && twice == shape.twice;
        }

        @Override
        public int hashCode() {
            return Objects.hash(layers, rates, name);
        }
    }

    /** What scalac makes of a case class of the shell. */
    public final class Inner implements ConfigOnly, Product {

        private static final long serialVersionUID = 1L;

        private final int layers;

        /** As scalac names it. */
        private final CaseClassTest $outer;

        public Inner(int layers) {
            this.layers = layers;
            this.$outer = CaseClassTest.this;
        }

        int inItsOuter() {
            return $outer.number + layers;
        }

        @Override
        public int productArity() {
            return 1;
        }

        @Override
        public Object productElement(int n) {
            return layers;
        }

        @Override
        public String productElementName(int n) {
            return "layers";
        }

        @Override
        public boolean canEqual(Object other) {
            return other instanceof Inner;
        }
    }

    /** One of which no instance was ever written. */
    public final class Lonely implements ConfigOnly, Product {

        private static final long serialVersionUID = 1L;

        @Override
        public int productArity() {
            return 0;
        }

        @Override
        public Object productElement(int n) {
            throw new IndexOutOfBoundsException(n);
        }

        @Override
        public String productElementName(int n) {
            return "layers";
        }

        @Override
        public boolean canEqual(Object other) {
            return other instanceof Lonely;
        }
    }

    private static Seq<Double> rates(Double... rates) {
        return CollectionConverters.asScala(List.of(rates)).toList();
    }

    @Test
    void aCaseClassIsReadAsItWasWritten() {
        Shape shape = new Shape(2, rates(0.5, 1.0), Option.apply("small"));

        String json = ModelConfigJson.write(shape);

        assertThat(json)
                .isEqualTo("{\"class\":\"io.sparkmics.params.CaseClassTest$Shape\",\"layers\":2,\"rates\":[0.5,1.0],"
                        + "\"name\":\"small\"}");
        assertThat(ModelConfigJson.read(json)).isEqualTo(shape);
        Shape nameless = new Shape(3, rates(), Option.empty());
        assertThat(ModelConfigJson.read(ModelConfigJson.write(nameless))).isEqualTo(nameless);
    }

    @Test
    void whatIsNotItsParametersIsRefused() {
        String good = ModelConfigJson.write(new Shape(2, rates(), Option.empty()));
        refuses(good.replace("\"layers\":2,", ""), "it has [rates, name], and the class has [layers, rates, name]");
        refuses(good.replace("}", ",\"depth\":1}"), "it has [layers, rates, name, depth], and the class has");
        refuses(good.replace("\"layers\":2", "\"layers\":null"), "layers is null");
        refuses(good.replace("\"layers\":2", "\"layers\":\"2\""), "Cannot coerce String value");
        refuses(good.replace("\"layers\":2", "\"layers\":0"), "requirement failed: layers must be positive");
    }

    @Test
    void aCaseClassInsideAnObjectOfTheShellIsMadeInsideTheSame() {
        number = 5;

        String json = ModelConfigJson.write(new Inner(2));

        assertThat(ModelConfigJson.read(json))
                .isInstanceOfSatisfying(
                        Inner.class, inner -> assertThat(inner.inItsOuter()).isEqualTo(7));
    }

    @Test
    void aCaseClassInsideAnUnknownObjectIsRefusedWithWhereToPutIt() {
        ModelDeclaration.accept(Lonely.class);

        refuses(
                "{\"class\":\"" + Lonely.class.getName() + "\"}",
                "its class is inside another one, io.sparkmics.params.CaseClassTest, without which none can be made: define"
                        + " it in an object or outside of all, or give an instance to setModel first");
    }

    private static void refuses(String json, String reason) {
        assertThatThrownBy(() -> ModelConfigJson.read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read the model's configuration")
                .hasMessageContaining(reason);
    }
}
