package dev.durability.examples.versions.v5;

import java.util.Optional;

/**
 * Somebody who works on tickets. Before, there was only a text: a name, possibly with an address in
 * angle brackets.
 *
 * @param name what the person is called
 * @param mail where to reach the person
 */
public record Person(String name, Optional<String> mail) {

  static Person parse(String text) {
    int bracket = text.indexOf('<');
    return bracket < 0 || !text.endsWith(">")
        ? new Person(text, Optional.empty())
        : new Person(
            text.substring(0, bracket).strip(),
            Optional.of(text.substring(bracket + 1, text.length() - 1)));
  }

  @Override
  public String toString() {
    return mail.isPresent() ? name + " <" + mail.get() + ">" : name;
  }
}
