package dev.durability.examples.spring;

import dev.durability.DurableState;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The seats over HTTP. */
// begin:controller
@RestController
@RequestMapping("/seats")
class SeatsController {
  private final DurableState<SortedMap<String, String>, Change> seats;

  SeatsController(DurableState<SortedMap<String, String>, Change> seats) {
    this.seats = seats;
  }

  @GetMapping
  SortedMap<String, String> all() throws IOException {
    return seats.read(TreeMap::new); // A copy: updates go on while it is sent.
  }

  @PostMapping("/{seat}")
  ResponseEntity<String> book(@PathVariable("seat") String seat, @RequestParam("name") String name)
      throws IOException {
    String owner = seats.execute(new Change.Book(seat, name)); // Durable when this returns.
    return ResponseEntity.status(owner.equals(name) ? HttpStatus.OK : HttpStatus.CONFLICT)
        .body(owner);
  }

  @DeleteMapping("/{seat}")
  ResponseEntity<Void> giveBack(
      @PathVariable("seat") String seat, @RequestParam("name") String name) throws IOException {
    boolean was = seats.execute(new Change.GiveBack(seat, name));
    return ResponseEntity.status(was ? HttpStatus.NO_CONTENT : HttpStatus.CONFLICT).build();
  }
}
// end:controller
