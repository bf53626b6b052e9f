package io.sparkmics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.ElementBytes;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.Transformer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<PrintedRequest> requests = new ArrayList<>();

    private record PrintedRequest(PlanRequest request, Cluster cluster, Batch batch) {}

    private int run(String... arguments) {
        return PlanCommand.run(
                request -> {
                    Cluster cluster = request.cluster().apply(request.nodes());
                    requests.add(
                            new PrintedRequest(request, cluster, request.batch().apply(cluster.worldSize())));
                },
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                arguments);
    }

    private PrintedRequest asked(String... arguments) {
        assertThat(run(arguments)).as(err.toString()).isZero();
        return requests.get(requests.size() - 1);
    }

    private List<String> problems(String... arguments) {
        assertThat(run(arguments)).isEqualTo(1);
        assertThat(requests).isEmpty();
        return err.toString().lines().toList();
    }

    @Test
    void aNamedModelOnNamedNodes() {
        PrintedRequest asked = asked("--model=bert-10b", "--instance=p4d.24xlarge", "--nodes=16");
        assertThat(asked.cluster().worldSize()).isEqualTo(128);
        assertThat(asked.cluster().processor().overlaps()).isTrue();
        assertThat(asked.batch()).isEqualTo(new Batch(8192, 0));
        assertThat(asked.request().workload().sizes())
                .isEqualTo(new Transformer("bert-10b", 127, 40, 2560, 512, 32_008));
        assertThat(asked.request().workload().recipe()).isEqualTo(Recipe.ENGINE);
        assertThat(asked.request().where()).isEqualTo("p4d.24xlarge");
    }

    @Test
    void documentsThatAreKeptApartArePlannedWithTheirMask() {
        PrintedRequest asked =
                asked("--model=bert-10b", "--instance=p4d.24xlarge", "--nodes=16", "--separate-documents=true");
        assertThat(asked.request().workload().recipe()).isEqualTo(Recipe.ENGINE.withSeparateDocuments(true));
    }

    @Test
    void everyFigureCanBeSet() {
        PrintedRequest asked = asked(
                "--layers=2",
                "--heads=4",
                "--width=64",
                "--context=32",
                "--vocabulary-size=300",
                "--instance=cpu",
                "--nodes=3",
                "--ranks-per-node=2",
                "--sequences-per-rank=6",
                "--micro-batch-size=3",
                "--recipe=article",
                "--activation-checkpointing=2",
                "--overlap=true",
                "--teraflops=2",
                "--memory=1.5",
                "--inside-bandwidth=10",
                "--between-bandwidth=2",
                "--inside-latency=3",
                "--between-latency=40",
                "--output=" + folder);
        assertThat(asked.request().workload().sizes())
                .isEqualTo(new Transformer("a model of these sizes", 2, 4, 64, 32, 300));
        assertThat(asked.request().workload().recipe()).isEqualTo(Recipe.ARTICLE.with(new ActivationCheckpointing(2)));
        assertThat(asked.batch()).isEqualTo(new Batch(36, 3));
        Cluster cluster = asked.cluster();
        assertThat(cluster.worldSize()).isEqualTo(6);
        assertThat(cluster.processor().overlaps()).isTrue();
        assertThat(cluster.processor().attainableFlops()).isEqualTo(2e12);
        assertThat(cluster.processor().memoryBytes()).isEqualTo(3L << 29);
        assertThat(cluster.inside().bytesPerSecond()).isEqualTo(1e10);
        assertThat(cluster.between().latencySeconds()).isEqualTo(40e-6, Assertions.within(1e-12));
        assertThat(asked("--model=gpt2", "--instance=cpu", "--nodes=1")
                        .request()
                        .workload()
                        .recipe())
                .isEqualTo(Recipe.ENGINE_SINGLE);
        assertThat(asked("--model=gpt2", "--instance=cpu", "--nodes=1", "--replication-precision=bfloat16")
                        .request()
                        .workload()
                        .recipe()
                        .elements())
                .isEqualTo(ElementBytes.same(4).withReplication(2));
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(problems(
                        "--model=bert-11b",
                        "--instance=p2",
                        "--nodes=0",
                        "--recipe=mine",
                        "--replication-precision=float16",
                        "--memory=-1",
                        "--between-bandwidth=0",
                        "--inside-latency=-3",
                        "--micro-batch-size=-1",
                        "--activation-checkpointing=-1",
                        "--up-to-nodes=-2",
                        "--global-batch-size=8",
                        "--sequences-per-rank=1",
                        "--output=" + file))
                .containsExactly(
                        "Cannot use --model bert-11b: there is no such model. Set one of " + PlanCheck.models() + ".",
                        "Cannot use --instance p2: there is no such instance. Set one of p3dn.24xlarge, p4d.24xlarge,"
                                + " p4de.24xlarge, p5.48xlarge, p5e.48xlarge, cpu.",
                        "Cannot use --recipe mine: there is no such recipe. Set engine or article.",
                        "Cannot use --replication-precision float16: gradients are summed in no such type. Set one of"
                                + " bfloat16, float32.",
                        "Cannot use --memory -1.0: it is not a positive number. Set a positive, finite number.",
                        "Cannot use --between-bandwidth 0.0: it is not a positive number. Set a positive, finite number.",
                        "Cannot use --inside-latency -3.0: it is not a finite number from 0. Set 0 or a positive number.",
                        "Cannot use --micro-batch-size -1: it is not a finite number from 0. Set 0 or a positive number.",
                        "Cannot use --activation-checkpointing -1: it is not a finite number from 0. Set 0 or a positive"
                                + " number.",
                        "Cannot use --output " + file + ": it is no folder. Set a folder, which is made where it is not"
                                + " there.",
                        "Cannot use --nodes 0: it is not from 1 to 65536. Set a number of these.",
                        "Cannot use --up-to-nodes -2: it is not from 0 to 65536. Set a number of these.",
                        "Cannot use both --global-batch-size and --sequences-per-rank: each says how large a step is."
                                + " Leave one of them out.");
    }

    @Test
    void whatCannotBeReadIsSaidAtOnceToo() {
        assertThat(problems("--model=gpt2", "--nods=3", "--memory=much"))
                .hasSize(4)
                .anyMatch(line -> line.equals("Cannot use --nods=3: there is no such option. Did you mean --nodes?"))
                .anyMatch(line -> line.contains("--memory") && line.contains("much"))
                .anyMatch(line -> line.contains("--nodes") && line.contains("--instance"));
    }

    @Test
    void sizesThatMakeNoModelAreRefused() {
        assertThat(problems("--instance=cpu", "--nodes=1", "--layers=2"))
                .singleElement()
                .asString()
                .startsWith("Cannot plan without a model: set --model to one of gpt-1.3m, ");
        assertThat(problemsOf("--width=100"))
                .containsExactly("Cannot build a GPT: width 100 is not a multiple of 12 heads. Choose a width of 96, or"
                        + " other heads.");
        assertThat(problemsOf("--layers=0")).containsExactly("Cannot configure a GPT: layers = 0 must be positive.");
        assertThat(problemsOf("--width=1999999992")).singleElement().asString().startsWith("Cannot ");
    }

    private List<String> problemsOf(String option) {
        err.getBuffer().setLength(0);
        return problems("--model=gpt2", "--instance=cpu", "--nodes=1", option);
    }

    @Test
    void aBatchThatCannotBeSplitIsRefused() {
        assertThat(problems("--model=gpt2", "--instance=cpu", "--nodes=2", "--global-batch-size=12"))
                .singleElement()
                .asString()
                .startsWith(
                        "Cannot split a global batch of 12 sequences: it is not a multiple of micro-batch size 1 x world"
                                + " size 8 = 8.");
    }

    @Test
    void helpNamesModelsInstancesAndEveryOption() {
        assertThat(run("--help")).isZero();
        String help = out.toString().replaceAll("\\s+", " ");
        assertThat(help)
                .contains("--model=NAME", "gpt-175b", "p4de.24xlarge", "--up-to-nodes", "--between-latency")
                .endsWith("show this help ");
    }
}
