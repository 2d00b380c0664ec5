# terraform test, against the simulator: see the guide "Testing modules offline".

run "import" {
  assert {
    condition     = output.rotation.phase == "steady"
    error_message = "The import changed something."
  }
}

run "rotate" {
  variables {
    request = "2"
  }

  assert {
    condition     = output.rotation.phase == "overlap"
    error_message = "The rotation didn't begin."
  }

  assert {
    condition     = output.rotation.previous == run.import.rotation.current
    error_message = "The old secret isn't the previous one."
  }
}
