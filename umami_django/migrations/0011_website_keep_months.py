import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('umami_django', '0010_erasures'),
    ]

    operations = [
        migrations.AddField(
            model_name='website',
            name='keep_months',
            field=models.PositiveSmallIntegerField(blank=True, help_text="Empty: as the installation does (UMAMI['KEEP_MONTHS']). 0: for ever.", null=True, validators=[django.core.validators.MaxValueValidator(1200)], verbose_name='keep hits for months'),
        ),
    ]
