"""What holds for every test: no property is judged by the machine's speed."""

from hypothesis import HealthCheck, settings

settings.register_profile("relais", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relais")
