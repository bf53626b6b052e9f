package io.sparkmics.bootstrap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.sparkmics.bootstrap", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule onlyTheExchangeKnowsSpark = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BarrierExchange.class.getName())
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "scala..");

    @ArchTest
    static final ArchRule theContractsKnowNoTransport = noClasses()
            .that()
            .resideInAPackage("io.sparkmics.bootstrap")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.sparkmics.bootstrap.gloo..");

    @ArchTest
    static final ArchRule layoutAndGroupsAreArithmetic = noClasses()
            .that()
            .belongToAnyOf(
                    ClusterLayout.class, MicsGroups.class, Place.class, Group.class, GpuAddress.class, Platform.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..", "org.apache..");

    /** What is asked before native code is loaded must load none itself. */
    @ArchTest
    static final ArchRule askingAMachineLoadsNothing = noClasses()
            .that()
            .belongToAnyOf(
                    GpuMachine.class,
                    Gpu.class,
                    NvidiaSmi.class,
                    CudaLibrary.class,
                    LibrarySearch.class,
                    LibraryVersion.class,
                    TorchJars.class,
                    NcclAddress.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..");
}
