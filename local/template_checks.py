def check_template() -> None:
    pass
