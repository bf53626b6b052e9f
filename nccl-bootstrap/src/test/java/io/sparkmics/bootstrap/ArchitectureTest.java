package io.sparkmics.bootstrap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

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

    @ArchTest
    static final ArchRule theContractsKnowNoTransport = noClasses()
            .that()
            .resideInAPackage("io.sparkmics.bootstrap")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.sparkmics.bootstrap.gloo..",
                    "io.sparkmics.bootstrap.memory..",
                    "io.sparkmics.bootstrap.nccl..");

    @ArchTest
    static final ArchRule theTransportsDoNotKnowEachOther = slices().matching(
                    "io.sparkmics.bootstrap.(gloo|memory|nccl)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule aMachineKnowsNoRanks = noClasses()
            .that()
            .resideInAPackage("io.sparkmics.bootstrap.machine")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.sparkmics.bootstrap",
                    "io.sparkmics.bootstrap.gloo..",
                    "io.sparkmics.bootstrap.memory..",
                    "io.sparkmics.bootstrap.nccl..");

    @ArchTest
    static final ArchRule layoutAndGroupsAreArithmetic = noClasses()
            .that()
            .belongToAnyOf(ClusterLayout.class, MicsGroups.class, Place.class, Group.class)
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
