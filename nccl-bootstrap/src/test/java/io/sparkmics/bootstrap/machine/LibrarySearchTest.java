package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {

    @TempDir
    Path folder;

    @Test
    void aPythonEnvironmentHasAFolderForEachPackage() throws IOException {
        String packages = "venv/lib/python3.11/site-packages/";
        Path nccl = file(packages + "nvidia/nccl/lib/libnccl.so.2");
        Path runtime = file(packages + "nvidia/cu13/lib/libcudart.so.13");
        Files.writeString(
                file(packages + "nvidia_nccl_cu13-2.32.3.dist-info/RECORD"),
                "nvidia/nccl/lib/libnccl.so.2,sha256=1,2\n");
        Files.writeString(file(packages + "nvidia_cuda_runtime-13.1.80.dist-info/RECORD"), "nvidia/cu13/bin/x,,\n");
        LibrarySearch search = named("venv");

        assertThat(search.find(CudaLibrary.NCCL)).hasValue(nccl);
        assertThat(search.find(CudaLibrary.RUNTIME)).hasValue(runtime);
        assertThat(search.find(CudaLibrary.CUDNN)).isEmpty();
        assertThat(LibraryVersion.of(nccl)).hasValue("2.32.3");
        assertThat(LibraryVersion.of(runtime)).as("no package has this file").isEmpty();
    }

    @Test
    void aToolkitHasThemInItsLibraryFolders() throws IOException {
        Path runtime = file("cuda/lib64/libcudart.so.13");
        Path cupti = file("cuda/extras/CUPTI/lib64/libcupti.so.13");

        assertThat(named("cuda").find(CudaLibrary.RUNTIME)).hasValue(runtime);
        assertThat(named("cuda").find(CudaLibrary.CUPTI)).hasValue(cupti);
        assertThat(named("cuda/lib64").find(CudaLibrary.RUNTIME)).hasValue(runtime);
    }

    @Test
    void whatTheUserNamesComesFirstAndTheLoadersCacheLast() throws IOException {
        Path named = file("named/libnccl.so.2");
        Path system = file("system/libnccl.so.2");
        Path toolkit = file("toolkit/lib64/libnccl.so.2");
        Path cached = file("cached/libnccl.so.2");
        String cache = "524 libs found in cache\n\tlibnccl.so.2 (libc6) => /lib32/libnccl.so.2\n"
                + "\tlibnccl.so.2 (libc6,x86-64) => " + cached + "\n";
        List<String> systemPath = List.of(system.getParent().toString(), "/absent");
        List<Path> toolkits = List.of(folder.resolve("toolkit"));

        assertThat(LibrarySearch.of(List.of(folder.resolve("named").toString()), systemPath, toolkits, cache)
                        .find(CudaLibrary.NCCL))
                .hasValue(named);
        assertThat(LibrarySearch.of(List.of(), systemPath, toolkits, cache).find(CudaLibrary.NCCL))
                .hasValue(system);
        assertThat(LibrarySearch.of(List.of(), List.of(), toolkits, cache).find(CudaLibrary.NCCL))
                .hasValue(toolkit);
        assertThat(LibrarySearch.of(List.of(), List.of(), List.of(), cache).find(CudaLibrary.NCCL))
                .hasValue(cached);
    }

    @Test
    void theBuiltInsOfNvrtcAreThoseOfItsVersionBesideIt() throws IOException {
        String packages = "venv/lib/python3.11/site-packages/nvidia/cu13/lib/";
        file(packages + "libnvrtc.so.13");
        file(packages + "libnvrtc-builtins.alt.so.13.1");
        assertThat(named("venv").find(CudaLibrary.NVRTC_BUILTINS)).isEmpty();
        Path builtins = file(packages + "libnvrtc-builtins.so.13.1");
        assertThat(named("venv").find(CudaLibrary.NVRTC_BUILTINS)).hasValue(builtins);
        assertThat(CudaLibrary.NVRTC_BUILTINS.loaderName(builtins)).isEqualTo("nvrtc-builtins@.13.1");

        Path nvrtc = file("cuda/lib64/libnvrtc.so.13.1.80");
        Files.createSymbolicLink(folder.resolve("cuda/lib64/libnvrtc.so.13"), nvrtc);
        file("cuda/lib64/libnvrtc-builtins.so.13.1.80");
        Path older = file("cuda/lib64/libnvrtc-builtins.so.13.0");
        Path own = file("cuda/lib64/libnvrtc-builtins.so.13.1");
        Path newer = file("cuda/lib64/libnvrtc-builtins.so.13.10");
        assertThat(named("cuda").find(CudaLibrary.NVRTC_BUILTINS)).hasValue(own);
        Files.delete(own);
        assertThat(named("cuda").find(CudaLibrary.NVRTC_BUILTINS))
                .as("%s is older", older)
                .hasValue(newer);
    }

    @Test
    void theBuiltInsMayLieWhereNvrtcsLinkLeads() throws IOException {
        Path nvrtc = file("cuda/lib64/libnvrtc.so.13.1.80");
        Path builtins = file("cuda/lib64/libnvrtc-builtins.so.13.1");
        Files.createDirectories(folder.resolve("links"));
        Files.createSymbolicLink(folder.resolve("links/libnvrtc.so.13"), nvrtc);

        assertThat(named("links").find(CudaLibrary.NVRTC_BUILTINS)).hasValue(builtins);
    }

    @Test
    void aFolderThatIsNotThereIsNamed() throws IOException {
        String there = file("there/libnccl.so.2").getParent().toString();

        assertThat(LibrarySearch.problem(List.of(there, "/absent")))
                .hasValue("Cannot look for libraries in /absent: spark.mics.cuda.path or SPARK_MICS_CUDA_PATH names it,"
                        + " and there is no such folder here. Correct it.");
        assertThat(LibrarySearch.problem(List.of(there))).isEmpty();
        assertThat(LibrarySearch.problem(List.of())).isEmpty();
    }

    @Test
    void aLinkIsOfTheVersionThatItLeadsTo() throws IOException {
        Path file = file("lib/libcudart.so.13.1.80");
        Path link = Files.createSymbolicLink(folder.resolve("lib/libcudart.so.13"), file);

        assertThat(LibraryVersion.of(link)).hasValue("13.1.80");
    }

    @Test
    void theCacheOfThisMachineIsRead() {
        assertThat(LibrarySearch.here().cache()).containsKey("libc.so.6");
    }

    private LibrarySearch named(String path) {
        return LibrarySearch.of(List.of(folder.resolve(path).toString()), List.of(), List.of(), "");
    }

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }
}
