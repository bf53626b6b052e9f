package io.sparkmics.bootstrap.gloo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RendezvousTest {

    @TempDir
    Path folder;

    @Test
    void connectedRanksNeedNoFile() {
        String before = System.setProperty("java.io.tmpdir", folder.toString());
        try {
            ThreadRanks.of(2).over(() -> GlooTransport.on("127.0.0.1")).run(rank -> {
                try (Tensor tensor = torch.ones(1)) {
                    // Once it is through, both are connected.
                    rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                    assertThat(folder).isEmptyDirectory();
                    rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                    assertThat(tensor.item_float()).isEqualTo(4);
                }
                return null;
            });
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
        assertThat(folder).isEmptyDirectory();
    }
}
