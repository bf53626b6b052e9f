package io.sparkmics.bootstrap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.sparkmics.bootstrap.meeting.BarrierExchange;

@AnalyzeClasses(packages = "io.sparkmics.bootstrap", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule onlyTheExchangeAndTheSettingsKnowSpark = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BarrierExchange.class.getName())
            .and()
            .doNotHaveSimpleName("SparkSettings")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "scala..");

    /** Ranks meet and get a context at the door; what they talk over builds on the rooms below it, and no room knows it. */
    @ArchTest
    static final ArchRule theArrowsGoDown = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.sparkmics.bootstrap..")
            .layer("door")
            .definedBy("io.sparkmics.bootstrap")
            .layer("transports")
            .definedBy(
                    "io.sparkmics.bootstrap.gloo..", "io.sparkmics.bootstrap.memory..", "io.sparkmics.bootstrap.nccl..")
            .layer("meeting")
            .definedBy("io.sparkmics.bootstrap.meeting")
            .layer("transport")
            .definedBy("io.sparkmics.bootstrap.transport")
            .layer("traffic")
            .definedBy("io.sparkmics.bootstrap.traffic")
            .layer("collectives")
            .definedBy("io.sparkmics.bootstrap.collectives")
            .layer("deadline")
            .definedBy("io.sparkmics.bootstrap.deadline")
            .layer("groups")
            .definedBy("io.sparkmics.bootstrap.groups")
            .layer("machine")
            .definedBy("io.sparkmics.bootstrap.machine")
            .whereLayer("door")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("transports")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("meeting")
            .mayOnlyBeAccessedByLayers("door")
            .whereLayer("transport")
            .mayOnlyBeAccessedByLayers("door", "transports")
            .whereLayer("traffic")
            .mayOnlyBeAccessedByLayers("door", "transports", "transport")
            .whereLayer("collectives")
            .mayOnlyBeAccessedByLayers("door", "transports", "transport", "traffic")
            .whereLayer("deadline")
            .mayOnlyBeAccessedByLayers("door", "transports", "meeting", "transport", "traffic", "collectives")
            .whereLayer("groups")
            .mayOnlyBeAccessedByLayers(
                    "door", "transports", "meeting", "transport", "traffic", "collectives", "deadline")
            .whereLayer("machine")
            .mayOnlyBeAccessedByLayers(
                    "door", "transports", "meeting", "transport", "traffic", "collectives", "deadline", "groups");

    @ArchTest
    static final ArchRule theTransportsDoNotKnowEachOther = slices().matching(
                    "io.sparkmics.bootstrap.(gloo|memory|nccl)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule whoIsWhereIsArithmetic = noClasses()
            .that()
            .resideInAPackage("io.sparkmics.bootstrap.groups")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..", "org.apache..");

    /** What is asked before native code is loaded must load none itself. */
    @ArchTest
    static final ArchRule askingAMachineLoadsNothing = noClasses()
            .that()
            .resideInAPackage("io.sparkmics.bootstrap.machine")
            .and()
            .doNotHaveSimpleName("NativeLibraries")
            .and()
            .doNotHaveSimpleName("CudaFiles")
            .and()
            .doNotHaveSimpleName("CudnnAttention")
            .and()
            .doNotHaveSimpleName("DriverlessNccl")
            .and()
            .doNotHaveSimpleName("Threads")
            .and()
            .doNotHaveSimpleName("SparkSettings")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..", "org.apache..");
}
