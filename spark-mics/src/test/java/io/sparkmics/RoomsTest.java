package io.sparkmics;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.PrintStream;
import java.io.PrintWriter;

/** Who may know whom: the arrows between the rooms go down, from what users touch to what ranks compute. */
@AnalyzeClasses(packages = "io.sparkmics", importOptions = ImportOption.DoNotIncludeTests.class)
final class RoomsTest {

    private static final String SPARK = "org.apache.spark..";
    private static final String TENSORS = "org.bytedeco..";

    @ArchTest
    static final ArchRule thePlanIsPureArithmetic = noClasses()
            .that()
            .resideInAPackage("..sparkmics.plan..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    SPARK,
                    TENSORS,
                    "org.apache.hadoop..",
                    "..sparkmics.data..",
                    "..sparkmics.engine..",
                    "..sparkmics.checkpoint..",
                    "..sparkmics.job..",
                    "..sparkmics.monitor..",
                    "..sparkmics.bootstrap..");

    @ArchTest
    static final ArchRule aModelKnowsTensorsAndNothingOfWhoTrainsIt = noClasses()
            .that()
            .resideInAPackage("..sparkmics.model..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(SPARK, "org.apache.hadoop..")
                    .or(resideInAPackage("io.sparkmics..").and(not(resideInAPackage("..sparkmics.model..")))));

    @ArchTest
    static final ArchRule theDataKnowsNoTensorsAndNoRanks = noClasses()
            .that()
            .resideInAPackage("..sparkmics.data..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    TENSORS,
                    "..sparkmics.engine..",
                    "..sparkmics.checkpoint..",
                    "..sparkmics.job..",
                    "..sparkmics.monitor..",
                    "..sparkmics.bootstrap..");

    @ArchTest
    static final ArchRule theEngineKnowsNoSpark = noClasses()
            .that()
            .resideInAPackage("..sparkmics.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    SPARK, "org.apache.hadoop..", "..sparkmics.data..", "..sparkmics.job..", "..sparkmics.monitor..");

    @ArchTest
    static final ArchRule theTransportIsTheBootstrapsSecret = noClasses()
            .that()
            .resideOutsideOfPackage("..sparkmics.bootstrap..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("org\\.bytedeco\\..*\\.(ProcessGroup.*|.*Gloo.*|FileStore|TCPStore|nccl)");

    @ArchTest
    static final ArchRule theCheckpointKnowsFilesAndNoSparkSql = noClasses()
            .that()
            .resideInAPackage("..sparkmics.checkpoint..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    SPARK, "..sparkmics.data..", "..sparkmics.engine..", "..sparkmics.job..", "..sparkmics.monitor..");

    @ArchTest
    static final ArchRule theFormatsOfACheckpointKnowNothingOfItsFolders = noClasses()
            .that()
            .resideInAnyPackage("..sparkmics.checkpoint.safetensors..", "..sparkmics.checkpoint.manifest..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "io\\.sparkmics\\.checkpoint\\.(Checkpoint(Folder|Directory|Reader)|Shard.*|HuggingFaceFolder)");

    @ArchTest
    static final ArchRule onlyTheJobAndTheExchangeKnowTheBarrier = noClasses()
            .that(not(resideInAnyPackage("..sparkmics.job..", "..sparkmics.bootstrap..")))
            .should()
            .dependOnClassesThat()
            .haveNameMatching("org\\.apache\\.spark\\.(BarrierTaskContext|rdd\\.RDDBarrier)");

    @ArchTest
    static final ArchRule scoringKnowsWhatWasSavedAndNothingOfHow = noClasses()
            .that()
            .resideInAPackage("..sparkmics.scoring..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..sparkmics.params..",
                    "..sparkmics.cli..",
                    "..sparkmics.job..",
                    "..sparkmics.engine..",
                    "..sparkmics.plan..",
                    "..sparkmics.monitor..");

    @ArchTest
    static final ArchRule theTokenizerKnowsFilesAndTextAndNoModel = noClasses()
            .that()
            .resideInAPackage("..sparkmics.tokenizer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    TENSORS,
                    "..sparkmics.params..",
                    "..sparkmics.cli..",
                    "..sparkmics.scoring..",
                    "..sparkmics.job..",
                    "..sparkmics.engine..",
                    "..sparkmics.model..",
                    "..sparkmics.plan..",
                    "..sparkmics.monitor..");

    /** Another program's native code is one room's to know. */
    @ArchTest
    static final ArchRule theLibraryOfTokenizersIsTheTokenizersSecret = noClasses()
            .that()
            .resideOutsideOfPackage("..sparkmics.tokenizer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule paramsKnowSettingsAndNoneOfTheWork = noClasses()
            .that()
            .resideInAPackage("..sparkmics.params..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    TENSORS,
                    "..sparkmics.cli..",
                    "..sparkmics.scoring..",
                    "..sparkmics.engine..",
                    "..sparkmics.data..",
                    "..sparkmics.checkpoint..",
                    "..sparkmics.monitor..",
                    "..sparkmics.bootstrap..");

    @ArchTest
    static final ArchRule theCommandLineKnowsParamsModelsAndPlans = noClasses()
            .that()
            .resideInAPackage("..sparkmics.cli..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.sparkmics..")
                    .and(not(resideInAnyPackage(
                            "..sparkmics.cli..",
                            "..sparkmics.params..",
                            "..sparkmics.model..",
                            "..sparkmics.plan.."))));

    @ArchTest
    static final ArchRule nobodyBelowKnowsTheRoomsOfTheFrontDoor = noClasses()
            .that()
            .resideInAnyPackage(
                    "..sparkmics.job..",
                    "..sparkmics.monitor..",
                    "..sparkmics.checkpoint..",
                    "..sparkmics.engine..",
                    "..sparkmics.data..",
                    "..sparkmics.model..",
                    "..sparkmics.plan..",
                    "..sparkmics.bootstrap..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..sparkmics.cli..", "..sparkmics.params..", "..sparkmics.scoring..");

    @ArchTest
    static final ArchRule noRoomKnowsTheFrontDoor = noClasses()
            .that()
            .resideInAPackage("io.sparkmics.(*)..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.sparkmics");

    /** A job attempts, an attempt runs ranks, and both know of the cluster; settings know none of them. */
    @ArchTest
    static final ArchRule theArrowsInsideTheJobGoDown = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("..sparkmics.job..")
            .layer("job")
            .definedBy("io.sparkmics.job")
            .layer("attempt")
            .definedBy("io.sparkmics.job.attempt")
            .layer("export")
            .definedBy("io.sparkmics.job.export")
            .layer("rank")
            .definedBy("io.sparkmics.job.rank")
            .layer("cluster")
            .definedBy("io.sparkmics.job.cluster")
            .layer("settings")
            .definedBy("io.sparkmics.job.settings")
            .whereLayer("job")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("attempt")
            .mayOnlyBeAccessedByLayers("job")
            .whereLayer("export")
            .mayOnlyBeAccessedByLayers("job", "attempt")
            .whereLayer("rank")
            .mayOnlyBeAccessedByLayers("job", "attempt")
            .whereLayer("cluster")
            .mayOnlyBeAccessedByLayers("job", "attempt", "export", "rank")
            .whereLayer("settings")
            .mayOnlyBeAccessedByLayers("job", "attempt", "export", "rank", "cluster");

    /** The step stands at the door; each room knows those before it, and none the step. */
    @ArchTest
    static final ArchRule theArrowsInsideTheEngineGoDown = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("..sparkmics.engine..")
            .layer("step")
            .definedBy("io.sparkmics.engine")
            .layer("trial")
            .definedBy("io.sparkmics.engine.trial")
            .layer("optimizer")
            .definedBy("io.sparkmics.engine.optimizer")
            .layer("gradient")
            .definedBy("io.sparkmics.engine.gradient")
            .layer("stage")
            .definedBy("io.sparkmics.engine.stage")
            .layer("gather")
            .definedBy("io.sparkmics.engine.gather")
            .layer("shard")
            .definedBy("io.sparkmics.engine.shard")
            .layer("device")
            .definedBy("io.sparkmics.engine.device")
            .whereLayer("step")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("trial")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("optimizer")
            .mayOnlyBeAccessedByLayers("step")
            .whereLayer("gradient")
            .mayOnlyBeAccessedByLayers("step")
            .whereLayer("stage")
            .mayOnlyBeAccessedByLayers("step", "trial", "gradient")
            .whereLayer("gather")
            .mayOnlyBeAccessedByLayers("step", "trial", "gradient", "stage")
            .whereLayer("shard")
            .mayOnlyBeAccessedByLayers("step", "trial", "optimizer", "gradient", "stage", "gather");

    @ArchTest
    static final ArchRule roomsDoNotGoInCircles =
            slices().matching("io.sparkmics.(*)..").should().beFreeOfCycles();

    /** What people and programs read is the same on every machine. */
    @ArchTest
    static final ArchRule nothingIsWrittenInTheLocaleOfTheMachine = noClasses()
            .should()
            .callMethod(String.class, "formatted", Object[].class)
            .orShould()
            .callMethod(String.class, "format", String.class, Object[].class)
            .orShould()
            .callMethod(PrintStream.class, "printf", String.class, Object[].class)
            .orShould()
            .callMethod(PrintWriter.class, "printf", String.class, Object[].class)
            .orShould()
            .callMethod(String.class, "toUpperCase")
            .orShould()
            .callMethod(String.class, "toLowerCase");
}
