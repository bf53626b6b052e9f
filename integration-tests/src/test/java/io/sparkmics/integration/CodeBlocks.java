package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The code that a page shows in one language: tests run it as it is written there. */
record CodeBlocks(Path page, String language) {

    /** From a heading on to the next. */
    List<String> under(String heading) throws IOException {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = null;
        boolean within = false;
        for (String line : Files.readAllLines(page)) {
            if (block == null && line.startsWith("#")) {
                within = line.equals(heading);
            } else if (within && line.equals("```" + language)) {
                block = new StringBuilder();
            } else if (block != null && line.equals("```")) {
                blocks.add(block.toString());
                block = null;
            } else if (block != null) {
                block.append(line).append('\n');
            }
        }
        assertThat(blocks).as("%s under %s of %s", language, heading, page).isNotEmpty();
        return blocks;
    }
}
